/** A search whose figures are known beforehand, of any size: what a full-size evaluation is timed and checked on. */
import { DISTRACTOR, JUNK, type LabelledEmbeddings, type RankingMetrics, rng } from '@passerby/reid'

export interface PlantedSize {
  readonly queries: number
  readonly gallery: number
  readonly dim: number
  readonly seed: number
}

export interface PlantedSearch {
  readonly query: LabelledEmbeddings
  readonly gallery: LabelledEmbeddings
  readonly dim: number
  /** Figures by the Market rule. */
  readonly truth: Pick<RankingMetrics, 'rank1' | 'rank5' | 'mAP' | 'mINP' | 'queries'>
}

/** As Market-1501 has them. */
const CAMERAS = 6
const IMAGES_OF_A_PERSON = 16
/** One person in four has somebody in the gallery who looks more like it than itself. */
const MISTAKEN = 4
const JUNK_SHARE = 0.2

/** Cosines to a person's direction. In 256 dimensions and more, chance does not reach from one of these to the next. */
const ALIKE = { query: 0.95, double: 0.9, person: 0.6 }

/**
 * Random unit rows. Each person is a direction: queries keep close to it, its gallery images less so, and a double, which
 * is a distractor, lies between; so a query's good items are the ranks from 1 on, or from 2 on where there is a double.
 * The rest of the gallery is junk and distractors. Throws `RangeError` when that leaves fewer than two persons.
 */
export function plantedSearch({ queries, gallery, dim, seed }: PlantedSize): PlantedSearch {
  const random = rng(seed, 'planted search')
  const persons = Math.min(queries, Math.floor(gallery / (1.4 * IMAGES_OF_A_PERSON)))
  if (persons < 2) throw new RangeError(`plantedSearch: ${queries} queries and ${gallery} items are too few`)
  const directions = new Float32Array(persons * dim)
  for (let person = 0; person < persons; person++)
    drawUnit(directions.subarray(person * dim, (person + 1) * dim), random)
  /** One buffer: a set copies what it is given. */
  const row = new Float32Array(dim)
  const anywhere = () => drawUnit(row, random)
  const near = (person: number, cosine: number) => {
    anywhere()
    const side = Math.sqrt(1 - cosine * cosine)
    for (let at = 0; at < dim; at++) row[at] = cosine * directions[person * dim + at] + side * row[at]
    return row
  }
  const nameOf = (person: number) => `p${person}`
  const cameraOf = (image: number) => `c${image % CAMERAS}`
  const query = rows(dim, queries)
  for (let at = 0; at < queries; at++) {
    const person = at % persons
    query.add(nameOf(person), cameraOf(Math.floor(at / persons)), near(person, ALIKE.query))
  }
  const items = rows(dim, gallery)
  for (let person = 0; person < persons; person++) {
    for (let image = 0; image < IMAGES_OF_A_PERSON; image++)
      items.add(nameOf(person), cameraOf(image), near(person, ALIKE.person))
    if (person % MISTAKEN === 0) items.add(DISTRACTOR, cameraOf(person), near(person, ALIKE.double))
  }
  while (items.count() < gallery)
    items.add(random.uniform() < JUNK_SHARE ? JUNK : DISTRACTOR, cameraOf(random.int(CAMERAS)), anywhere())
  return { query: query.set, gallery: items.set, dim, truth: truthOf(queries, persons) }
}

/** Good items are all images of the other cameras, in a row from rank 1 or 2 on. */
function truthOf(queries: number, persons: number): PlantedSearch['truth'] {
  const sums = { rank1: 0, mAP: 0, mINP: 0 }
  for (let at = 0; at < queries; at++) {
    const camera = Math.floor(at / persons) % CAMERAS
    const good = Array.from({ length: IMAGES_OF_A_PERSON }, (_, image) => image).filter(
      (image) => image % CAMERAS !== camera,
    ).length
    const before = (at % persons) % MISTAKEN === 0 ? 1 : 0
    if (before === 0) sums.rank1++
    for (let hit = 1; hit <= good; hit++) sums.mAP += hit / (hit + before) / good
    sums.mINP += good / (good + before)
  }
  const percent = (sum: number) => (100 * sum) / queries
  return { rank1: percent(sums.rank1), rank5: 100, mAP: percent(sums.mAP), mINP: percent(sums.mINP), queries }
}

function drawUnit(row: Float32Array, random: ReturnType<typeof rng>): Float32Array {
  let squares = 0
  for (let at = 0; at < row.length; at++) {
    row[at] = random.normal()
    squares += row[at] * row[at]
  }
  const scale = 1 / Math.sqrt(squares)
  for (let at = 0; at < row.length; at++) row[at] *= scale
  return row
}

function rows(dim: number, most: number) {
  const set = { embeddings: new Float32Array(most * dim), identities: [] as string[], cameras: [] as string[] }
  return {
    set,
    count: () => set.identities.length,
    add(identity: string, camera: string, row: Float32Array) {
      set.embeddings.set(row, set.identities.length * dim)
      set.identities.push(identity)
      set.cameras.push(camera)
    },
  }
}
