/**
 * k-reciprocal re-ranking (Zhong et al., CVPR 2017). Where the published code holds `N × N` distances and as many weights
 * for the N queries and gallery items together, this holds each one's nearest neighbours and the weights that are not
 * zero; the distances of a query are computed when it is ranked.
 *
 * Distances are squared Euclidean, as in the paper's code; torchreid's copy squares them once more.
 */
import { rowsOf } from './embeddings.ts'
import { neighboursOf, type Neighbours } from './neighbours.ts'
import type { Range } from './range.ts'
import {
  type DotProducts,
  type EmbeddingPair,
  roundingOf,
  type ScoreSource,
  squaredLength,
  UNIT_ROUNDOFF,
} from './score-source.ts'
import { dot, dotScores } from './scores.ts'
import { byColumn, sparseRows, type SparseRows } from './sparse-rows.ts'

/** The paper's settings by default. */
export interface ReRankingOptions {
  /** Neighbours that must know each other; 20. */
  readonly k1?: number
  /** Neighbours whose weights are averaged, the item itself among them; 6. */
  readonly k2?: number
  /** Share of the original distance in the final one, 0 to 1; 0.3. */
  readonly lambda?: number
  /** What multiplies; its rounding may decide who is the last of a list of neighbours. */
  readonly products?: DotProducts
}

/**
 * Scores by re-ranked distance, d* = (1 − λ)·Jaccard + λ·d (eq. 12), negated: higher is more alike.
 * Throws `RangeError` unless k1 and k2 are positive integers, λ is in [0, 1] and embeddings are rows of `dim`.
 */
export function reRanked(
  { query, gallery, dim }: EmbeddingPair,
  { k1 = 20, k2 = 6, lambda = 0.3, products }: ReRankingOptions = {},
): ScoreSource {
  for (const [name, k] of Object.entries({ k1, k2 }))
    if (!Number.isInteger(k) || k < 1) throw new RangeError(`reRanked: ${name} is ${k}, not a positive integer`)
  if (!(lambda >= 0 && lambda <= 1)) throw new RangeError(`reRanked: λ ${lambda} is not in [0, 1]`)
  const queries = rowsOf(query, dim)
  const items = rowsOf(gallery, dim)
  const all = new Float32Array(query.length + gallery.length)
  all.set(query)
  all.set(gallery, query.length)
  const space = metric(all, dim)
  const multiply = products ?? dotScores
  const neighbours = neighboursOf(all, dim, { count: Math.max(k1 + 1, k2), products: multiply })
  const weights = averaged(reciprocalWeights(neighbours, k1, space), neighbours, k2)
  const overlap = overlaps(weights, { queries, items })
  const final = (q: number, item: number, product: number) => {
    const distance = Math.max(0, space.lengths[q] + space.lengths[queries + item] - 2 * product)
    const share = neighbours.farthest[q] > 0 ? distance / neighbours.farthest[q] : 0
    const shared = overlap.of(q)[item]
    const jaccard = 1 - shared / (2 - shared)
    return -(lambda * share + (1 - lambda) * jaccard)
  }
  return {
    atOnce: { queries: Math.max(1, Math.floor(SCORES_AT_ONCE / Math.max(1, items))), items: Math.max(1, items) },
    scale: { least: -1, most: 0 },
    tolerance: products === undefined ? 0 : lambda * roundingOfShares(space, neighbours, dim) + UNIT_ROUNDOFF,
    tile(some: Range, part: Range) {
      const width = part.end - part.start
      const left = query.subarray(some.start * dim, some.end * dim)
      const tile = multiply(left, gallery.subarray(part.start * dim, part.end * dim), dim).slice()
      for (let q = some.start; q < some.end; q++) {
        const row = (q - some.start) * width
        for (let at = 0; at < width; at++) tile[row + at] = final(q, part.start + at, tile[row + at])
      }
      return tile
    },
    exact: (q, wanted) =>
      Float32Array.from(wanted, (item) => final(q, item, Math.fround(space.product(q, queries + item)))),
  }
}

/** 8 MB; a row of scores costs one pass over the query's neighbours, so that tiles are whole rows. */
const SCORES_AT_ONCE = 2 ** 21

interface Metric {
  /** Squared. */
  readonly lengths: Float64Array
  readonly product: (a: number, b: number) => number
  readonly distance: (a: number, b: number) => number
}

function metric(all: Float32Array, dim: number): Metric {
  const row = (at: number) => all.subarray(at * dim, (at + 1) * dim)
  const lengths = Float64Array.from({ length: rowsOf(all, dim) }, (_, at) => squaredLength(all, at, dim))
  const product = (a: number, b: number) => dot(row(a), row(b))
  const distance = (a: number, b: number) => (a === b ? 0 : Math.max(0, lengths[a] + lengths[b] - 2 * product(a, b)))
  return { lengths, product, distance }
}

/**
 * V of eq. 7: of every item, how near its k-reciprocal neighbours are, as shares of 1. The set is extended by the
 * neighbours of a neighbour who shares two thirds of them (eq. 5).
 */
function reciprocalWeights(neighbours: Neighbours, k1: number, { distance }: Metric): SparseRows {
  const rows = neighbours.nearest.length / Math.max(1, neighbours.count)
  const half = Math.round(k1 / 2)
  return sparseRows(rows, (row) => {
    const mutual = reciprocal(neighbours, row, k1)
    const extended = new Set(mutual)
    for (const candidate of mutual) {
      const theirs = reciprocal(neighbours, candidate, half)
      const shared = theirs.filter((one) => mutual.includes(one)).length
      if (shared > (2 / 3) * theirs.length) for (const one of theirs) extended.add(one)
    }
    const farthest = neighbours.farthest[row]
    const near = new Map([...extended].map((one) => [one, Math.exp(farthest > 0 ? -distance(row, one) / farthest : 0)]))
    const sum = [...near.values()].reduce((total, value) => total + value, 0)
    return new Map([...near].map(([one, value]) => [one, value / sum]))
  })
}

/** Those among the `k` nearest, and the row itself, who have the row among theirs (eq. 4). */
function reciprocal({ nearest, count }: Neighbours, row: number, k: number): readonly number[] {
  const within = Math.min(k + 1, count)
  const knows = (other: number) => {
    for (let at = other * count; at < other * count + within; at++) if (nearest[at] === row) return true
    return false
  }
  return Array.from(nearest.subarray(row * count, row * count + within)).filter(knows)
}

/** The mean over the `k2` nearest (eq. 11). */
function averaged(weights: SparseRows, { nearest, count }: Neighbours, k2: number): SparseRows {
  if (k2 === 1) return weights
  const within = Math.min(k2, count)
  const { starts, columns, values } = weights
  return sparseRows(starts.length - 1, (row) => {
    const sums = new Map<number, number>()
    for (let at = row * count; at < row * count + within; at++) {
      const other = nearest[at]
      for (let entry = starts[other]; entry < starts[other + 1]; entry++)
        sums.set(columns[entry], (sums.get(columns[entry]) ?? 0) + values[entry] / within)
    }
    return sums
  })
}

interface Overlaps {
  /**
   * Of every gallery item, Σ min of its weights and the query's: rows sum to 1, so Jaccard's union is 2 − that (eq. 10).
   * Lasts until the next query's.
   */
  of(query: number): Float64Array
}

function overlaps(weights: SparseRows, { queries, items }: { queries: number; items: number }): Overlaps {
  const owners = byColumn(weights, queries, queries + items)
  const sums = new Float64Array(items)
  let held = -1
  return {
    of(query) {
      if (query === held) return sums
      held = query
      sums.fill(0)
      for (let entry = weights.starts[query]; entry < weights.starts[query + 1]; entry++) {
        const column = weights.columns[entry]
        const value = weights.values[entry]
        for (let at = owners.starts[column]; at < owners.starts[column + 1]; at++)
          sums[owners.columns[at]] += Math.min(value, owners.values[at])
      }
      return sums
    },
  }
}

/** How far a distance's share of the farthest may be off for the products' rounding. */
function roundingOfShares({ lengths }: Metric, { farthest }: Neighbours, dim: number): number {
  const longest = lengths.reduce((most, length) => Math.max(most, length), 0)
  const nearest = farthest.reduce((least, distance) => (distance > 0 ? Math.min(least, distance) : least), Infinity)
  return (2 * roundingOf(dim + 1) * longest) / nearest
}
