/** What a person looks at after training: who is found, where the network answers, how identities lie apart. */
import { pixelsAt, type PixelSet } from '@passerby/crops'
import { embedPixels, type Network } from '@passerby/learner'
import { goodRanks, labelsAt, principalComponents, rowsAt, selectQueries, topRanked, type Labels } from '@passerby/reid'
import { spread } from './sheet.ts'
import type { PlaneView } from './workbench.ts'

/** Embeddings at once, so that progress can be told and the worker hears an `abort`. */
const EMBEDDED_AT_ONCE = 64
/** Found crops per query. */
const FOUND = 10
/** Crops in the plane: more points hide each other, and principal components of more rows take long (0.8 s for 200 of 512 values). */
const MOST_POINTS = 400
/** With fewer there is nothing to lie apart. */
const FEWEST_POINTS = 3

/** Positions in a set. */
export interface FoundAmong {
  readonly query: number
  /** Best first, without junk and what the rule leaves out. */
  readonly found: readonly { readonly at: number; readonly right: boolean }[]
  /** 1-based, among all that are ranked; `undefined` when there is no right one. */
  readonly firstRight: number | undefined
}

/** `embedPixels` in parts: row-major `n × embedding`. Throws as it does. */
export async function embedWithProgress(
  network: Network,
  set: PixelSet,
  {
    backbone,
    signal,
    onFraction,
  }: {
    readonly backbone: Float32Array
    readonly signal: AbortSignal
    readonly onFraction: (fraction: number) => void
  },
): Promise<Float32Array> {
  const { embedding } = network.sizes
  const images = set.identities.length
  const all = new Float32Array(images * embedding)
  for (let start = 0; start < images; start += EMBEDDED_AT_ONCE) {
    const part = Array.from({ length: Math.min(EMBEDDED_AT_ONCE, images - start) }, (_, at) => start + at)
    all.set(await embedPixels(network, pixelsAt(set, part), { backbone, signal }), start * embedding)
    onFraction((start + part.length) / images)
  }
  return all
}

/**
 * At most `queries` of a set's queries, each searched for in the whole set as in a client's validation. Empty where nobody
 * can be searched for. Throws `RangeError` for embeddings that are not finite.
 */
export function searchWithin(
  labels: Labels,
  embeddings: Float32Array,
  { dim, queries }: { readonly dim: number; readonly queries: number },
): readonly FoundAmong[] {
  const selection = selectQueries(labels)
  if (!selection) return []
  const picked = spread(selection.query, queries)
  const task = {
    query: { embeddings: rowsAt(embeddings, dim, picked), ...labelsAt(labels, picked) },
    gallery: { ...labels, embeddings },
    dim,
    rule: selection.rule === 'market' ? { name: selection.rule } : { name: selection.rule, ownImage: picked },
  }
  const ranks = goodRanks(task)
  const rows = picked.map((_, row) => row)
  return topRanked(task, rows, FOUND).map(({ query, items }) => ({
    query: picked[query],
    found: items.flatMap(({ item, kind }) => (kind === 'left-out' ? [] : [{ at: item, right: kind === 'right' }])),
    firstRight: ranks[query].at(0),
  }))
}

/** Crops along the first two principal directions of their embeddings; `undefined` where there are too few, or all are the same. */
export function planeOf(labels: Labels, embeddings: Float32Array, dim: number): PlaneView | undefined {
  const all = labels.identities.map((_, row) => row)
  if (all.length < FEWEST_POINTS || dim < 2) return undefined
  const rows = spread(all, MOST_POINTS)
  const { coordinates, explained } = principalComponents(rowsAt(embeddings, dim, rows), dim, 2)
  // Embeddings that are all the same have no direction.
  if (!explained.every(Number.isFinite)) return undefined
  return {
    crops: all.length,
    explained: [explained[0], explained[1]],
    points: rows.map((row, at) => ({
      identity: labels.identities[row],
      camera: labels.cameras[row],
      x: coordinates[2 * at],
      y: coordinates[2 * at + 1],
    })),
  }
}
