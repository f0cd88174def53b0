/** Where rankings take their scores from, tile by tile, so that nobody holds `queries × gallery`. */
import { rowsOf } from './embeddings.ts'
import type { Range } from './range.ts'
import { dot, dotScores } from './scores.ts'

/** Higher is more alike. */
export interface ScoreSource {
  /** Rows of the largest tile that is worth asking for. */
  readonly atOnce: { readonly queries: number; readonly items: number }
  /** No score is outside, but by rounding. */
  readonly scale: { readonly least: number; readonly most: number }
  /** How far a tile's score may be from the exact one. */
  readonly tolerance: number
  /** Row-major, queries × items. May be overwritten by the next call. */
  tile(queries: Range, items: Range): Float32Array
  /** The scores that count, of some items. */
  exact(query: number, items: readonly number[]): Float32Array
}

/** Dot products, row-major `queries × gallery`, in float32. What is returned may be overwritten by the next call. */
export type DotProducts = (query: Float32Array, gallery: Float32Array, dim: number) => Float32Array

export interface EmbeddingPair {
  readonly query: Float32Array
  readonly gallery: Float32Array
  readonly dim: number
}

/** Two million scores, 8 MB; a product kernel that lays the gallery out anew for each call does so once per 512 queries. */
const AT_ONCE = { queries: 512, items: 4096 }

/** Of float32: half the distance from 1 to the next number. */
export const UNIT_ROUNDOFF = 2 ** -24

/**
 * Dot products as sums in double precision, rounded once. With `products` tiles come from there, and what their
 * rounding leaves open is computed anew: rankings do not depend on who multiplied.
 */
export function dotSource({ query, gallery, dim }: EmbeddingPair, products?: DotProducts): ScoreSource {
  const longest = longestRow(query, dim) * longestRow(gallery, dim)
  const rows = (all: Float32Array, { start, end }: Range) => all.subarray(start * dim, end * dim)
  const multiply = products ?? dotScores
  return {
    atOnce: AT_ONCE,
    scale: { least: -longest, most: longest },
    // |fl(x·y) − x·y| ≤ γ_n |x|·|y| for any order of summation (Higham 2002, 3.1), once more for the exact one's rounding.
    tolerance: products === undefined ? 0 : roundingOf(dim + 1) * longest,
    tile: (queries, items) => multiply(rows(query, queries), rows(gallery, items), dim),
    exact: (q, items) =>
      Float32Array.from(items, (item) =>
        dot(rows(query, { start: q, end: q + 1 }), rows(gallery, { start: item, end: item + 1 })),
      ),
  }
}

/** γ_n = n·u / (1 − n·u). */
export const roundingOf = (terms: number) => (terms * UNIT_ROUNDOFF) / (1 - terms * UNIT_ROUNDOFF)

function longestRow(embeddings: Float32Array, dim: number): number {
  let most = 0
  for (let row = 0; row < rowsOf(embeddings, dim); row++) most = Math.max(most, squaredLength(embeddings, row, dim))
  return Math.sqrt(most)
}

export function squaredLength(embeddings: Float32Array, row: number, dim: number): number {
  let sum = 0
  for (let at = row * dim; at < (row + 1) * dim; at++) sum += embeddings[at] * embeddings[at]
  return sum
}
