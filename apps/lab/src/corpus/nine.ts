/**
 * Nine generated data sets whose training sizes are FedReID's (ALGORITHMS 1), scaled, each with people, cameras, streets and
 * light of its own. The smallest have eight people of two images at the least, so that small scales are less unequal than the
 * real sets. A tenth, without names, is public and stands for CUHK02.
 */
import { type Crop, type CropSet, type DataSet, syntheticPeople } from '@passerby/crops'
import { rng } from '@passerby/reid'
import { mixed } from './public-set.ts'

interface Published {
  readonly name: string
  readonly cameras: number
  /** Identities, images. */
  readonly train: Counts
  readonly query: Counts
  readonly gallery: Counts
}

type Counts = readonly [identities: number, images: number]

const PUBLISHED: readonly Published[] = [
  { name: 'msmt17', cameras: 15, train: [1041, 32_621], query: [3060, 11_659], gallery: [3060, 82_161] },
  { name: 'duke', cameras: 8, train: [702, 16_522], query: [702, 2228], gallery: [1110, 17_611] },
  { name: 'market1501', cameras: 6, train: [751, 12_936], query: [750, 3368], gallery: [751, 19_732] },
  { name: 'cuhk03', cameras: 2, train: [767, 7365], query: [700, 1400], gallery: [700, 5332] },
  { name: 'prid2011', cameras: 2, train: [285, 3744], query: [100, 100], gallery: [649, 649] },
  { name: 'cuhk01', cameras: 2, train: [485, 1940], query: [486, 972], gallery: [486, 972] },
  { name: 'viper', cameras: 2, train: [316, 632], query: [316, 316], gallery: [316, 316] },
  { name: '3dpes', cameras: 2, train: [93, 450], query: [86, 246], gallery: [100, 316] },
  { name: 'ilids', cameras: 2, train: [59, 248], query: [60, 98], gallery: [60, 130] },
]
/** CUHK02 (ALGORITHMS 1). */
const PUBLIC = { cameras: 6, identities: 1816, imagesEach: 4 }

/** Fewer classes, or fewer images of one, teach a head nothing. */
const LEAST_TRAINED = { identities: 8, imagesEach: 2 }
/** Of people, so that small sets are searched too: one of 24 queries is 4 per cent. More than 40 people take time only. */
const SEARCHED = { least: 24, most: 40, queriesEach: 2, galleryEach: 4 }
const LEAST_PUBLIC = 16

export interface NineOptions {
  /** Of the published sizes. */
  readonly scale: number
  readonly seed: number
}

export function nineDataSets(options: NineOptions): readonly DataSet[] {
  return PUBLISHED.map((published, place) => dataSetOf(published, place, options))
}

/** People that no data set has, seen by cameras of a place of their own. */
export function ninePublicCrops({ scale, seed }: NineOptions): CropSet {
  const { cameras, imagesEach } = PUBLIC
  const identities = Math.max(LEAST_PUBLIC, Math.round(scale * PUBLIC.identities))
  const place = PUBLISHED.length
  const crops = syntheticPeople({ identities, cameras, imagesPerCamera: 1, seed: seedOf(seed, 'public'), place })
  return mixed(views(crops).flatMap((shots) => shots.slice(0, imagesEach)))
}

function dataSetOf({ name, cameras, train, query, gallery }: Published, place: number, options: NineOptions): DataSet {
  const people = { cameras, seed: seedOf(options.seed, name), place }
  const trained = Math.max(LEAST_TRAINED.identities, Math.round(options.scale * train[0]))
  const images = Math.max(LEAST_TRAINED.imagesEach * trained, Math.round(options.scale * train[1]))
  const seen = syntheticPeople({
    ...people,
    identities: trained,
    imagesPerCamera: Math.ceil(images / trained / cameras),
  })
  const searched = Math.min(SEARCHED.most, Math.max(SEARCHED.least, Math.round(options.scale * query[0])))
  const strangers = Math.round(searched * (gallery[0] / query[0] - 1))
  const queriesEach = Math.min(SEARCHED.queriesEach, Math.round(query[1] / query[0]))
  const galleryEach = Math.min(SEARCHED.galleryEach, Math.round(gallery[1] / gallery[0]))
  const unseen = views(
    syntheticPeople({
      ...people,
      identities: searched + strangers,
      imagesPerCamera: Math.ceil((queriesEach + galleryEach) / cameras),
      firstIdentity: trained + 1,
    }),
  )
  const below = (part: string, crops: CropSet) =>
    crops.map((crop): Crop => ({ ...crop, name: `${name}/${part}/${crop.name}` }))
  return {
    name,
    pattern: undefined,
    parts: {
      train: below(
        'train',
        alternating(views(seen))
          .slice(0, images)
          .sort((a, b) => (a.name < b.name ? -1 : 1)),
      ),
      validation: [],
      query: below(
        'query',
        unseen.slice(0, searched).flatMap((shots) => shots.slice(0, queriesEach)),
      ),
      gallery: below(
        'gallery',
        unseen.flatMap((shots) => shots.slice(queriesEach, queriesEach + galleryEach)),
      ),
    },
    withoutIdentity: [],
  }
}

/** Of the people of a data set, or of `public`: those of one seed differ by number. */
export const seedOf = (seed: number, name: string) => rng(seed, 'nine', name).int(2 ** 32)

/**
 * Each identity's crops: a round through all cameras, then the next one, beginning with another camera from identity to identity.
 * So neighbours in the list are of two cameras.
 */
function views(crops: CropSet): readonly CropSet[] {
  const identities = [...new Set(crops.map(({ identity }) => identity))].sort()
  return identities.map((identity, at) => {
    const own = crops.filter((crop) => crop.identity === identity)
    const cameras = [...new Set(own.map(({ camera }) => camera))].sort()
    const turned = cameras.map((_, index) => cameras[(index + at) % cameras.length])
    return alternating(turned.map((camera) => own.filter((crop) => crop.camera === camera)))
  })
}

/** The first of every list, then the second of every list, and so on. */
function alternating(lists: readonly CropSet[]): Crop[] {
  const longest = Math.max(...lists.map((list) => list.length))
  return Array.from({ length: longest }, (_, at) => lists.flatMap((list) => list.slice(at, at + 1))).flat()
}
