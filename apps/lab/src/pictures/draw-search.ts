/** The pictures of one search: what was found, where the network looked, and how the embeddings lie. */
import { backboneByName } from '@passerby/backbones'
import { type EvaluationPart, type PixelSet, pixelsAt, type Raster } from '@passerby/crops'
import { activationMaps } from '@passerby/learner'
import {
  goodRanks,
  isPerson,
  personsOf,
  principalComponents,
  type RankedQuery,
  rng,
  rowsAt,
  topRanked,
} from '@passerby/reid'
import type { EvaluationPixels } from '../corpus/corpus.ts'
import type { Search } from '../measure/searches.ts'
import type { OpenedModel } from '../work/model-choice.ts'
import { activationSheet } from './activation-sheet.ts'
import { type Pick, pickQueries } from './pick-queries.ts'
import { pngOf } from './picture.ts'
import { rankedSheet } from './ranked-sheet.ts'
import { type ScatterPoint, scatterSvg } from './scatter.ts'

export interface DrawOptions {
  readonly queries: number
  readonly pick: Pick
  /** Found images per query. */
  readonly top: number
  /** Also what rankings leave out. */
  readonly leftOut: boolean
  readonly identities: number
  readonly seed: number
}

export interface DrawnFile {
  readonly name: string
  readonly content: Uint8Array | string
}

export interface Drawn {
  readonly files: readonly DrawnFile[]
  /** What a person should know who looks at them. */
  readonly notes: readonly string[]
  /** Who is in the rows of the sheet. */
  readonly rows: readonly { readonly query: string; readonly found: readonly FoundItem[] }[]
}

interface FoundItem extends Omit<RankedQuery['items'][number], 'item'> {
  readonly name: string
}

/** Turns crops into pictures of the size that sheets show. */
export type Show = (crops: EvaluationPart['query']) => Promise<PixelSet>

/** Where nobody can be found there is nothing to draw. */
export async function drawSearch(
  {
    pixels,
    part,
    search,
    model,
  }: {
    readonly pixels: EvaluationPixels
    readonly part: EvaluationPart
    readonly search: Search
    readonly model: OpenedModel | undefined
  },
  options: DrawOptions,
  show: Show,
): Promise<Drawn> {
  const picked = pickQueries(goodRanks(search), { ...options, count: options.queries })
  if (picked.length === 0) return { files: [], notes: [], rows: [] }
  const title = search.name.replaceAll('/', '-')
  const rankings = topRanked(search, picked, options.top).map(({ query, items }) => ({
    query,
    items: items.filter(({ rank }) => options.leftOut || rank !== undefined).slice(0, options.top),
  }))
  const queryNames = picked.map((query) => search.query.names[query])
  const galleryNames = rankings.flatMap(({ items }) => items.map(({ item }) => search.gallery.names[item]))
  const imageOf = await shown(part, new Set([...queryNames, ...galleryNames]), show)
  const sheet = rankedSheet(
    rankings.map(({ query, items }) => ({
      query: imageOf(search.query.names[query]),
      items: items.map(({ item, kind, rank }) => ({ image: imageOf(search.gallery.names[item]), kind, rank })),
    })),
  )
  const files: DrawnFile[] = [
    { name: `${title}-ranked.png`, content: pngOf(sheet) },
    ...componentsOf(search, options).map((content) => ({ name: `${title}-components.svg`, content })),
  ]
  const notes: string[] = []
  if (model) {
    const crops = picked.map((query) => imageOf(search.query.names[query]))
    const { content, places } = await activationsOf(model, pixelsAt(pixels.query, picked), crops)
    files.push({ name: `${title}-activations.png`, content })
    if (places.height * places.width < FEW_PLACES)
      notes.push(
        `${title}-activations.png: the network's last map is ${places.height}×${places.width} here, too coarse to tell much: use a larger --size`,
      )
  }
  const rows = rankings.map(({ query, items }) => ({
    query: search.query.names[query],
    found: items.map(({ item, ...about }) => ({ name: search.gallery.names[item], ...about })),
  }))
  return { files, notes, rows }
}

/** Of an activation map: 8×4 of OSNet at 128×64 still tells head from legs. */
const FEW_PLACES = 32

async function activationsOf(
  model: OpenedModel,
  queries: PixelSet,
  crops: readonly Raster[],
): Promise<{ readonly content: Uint8Array; readonly places: { readonly height: number; readonly width: number } }> {
  const backbone = backboneByName(model.choice.backbone, model.choice.embedding)
  const images = crops.map((_, at) => at)
  const { height, width, values } = await activationMaps(backbone, queries, {
    parameters: model.backbone.values,
    images,
  })
  const mapAt = (at: number) => values.subarray(at * height * width, (at + 1) * height * width)
  const sheet = activationSheet(crops.map((crop, at) => ({ crop, map: mapAt(at), height, width })))
  return { content: pngOf(sheet), places: { height, width } }
}

/** Images of some persons, drawn by the seed, along the two directions in which they differ most; none of a single image. */
function componentsOf(search: Search, { identities, seed }: DrawOptions): readonly string[] {
  const { names, embeddings, ...labels } = search.gallery
  const chosen = new Set(rng(seed, 'pictured identities').shuffle(personsOf(labels)).slice(0, identities))
  const rows = labels.identities.flatMap((identity, row) => (isPerson(identity) && chosen.has(identity) ? [row] : []))
  if (rows.length < 2) return []
  const { coordinates, explained } = principalComponents(rowsAt(embeddings, search.dim, rows), search.dim, 2)
  const points = rows.map((row, at): ScatterPoint => ({
    x: coordinates[2 * at],
    y: coordinates[2 * at + 1],
    identity: labels.identities[row],
    name: names[row],
  }))
  const axis = (at: number) => `component ${at + 1}: ${(100 * explained[at]).toFixed(1)} % of the variance`
  return [
    scatterSvg({
      title: `${search.name}: ${points.length} images of ${chosen.size} people`,
      axes: [axis(0), axis(1)],
      points,
    }),
  ]
}

/** The crops of these names, by name. Those that cannot be read were left out of the search too. */
async function shown(
  { query, gallery }: EvaluationPart,
  names: ReadonlySet<string>,
  show: Show,
): Promise<(name: string) => Raster> {
  const set = await show([...query, ...gallery].filter((crop) => names.has(crop.name)))
  const size = set.height * set.width * 3
  const at = new Map(set.names.map((name, index) => [name, index]))
  return (name) => {
    const index = at.get(name)
    if (index === undefined) throw new RangeError(`drawSearch: there is no image ${name}`)
    return { height: set.height, width: set.width, pixels: set.pixels.subarray(index * size, (index + 1) * size) }
  }
}
