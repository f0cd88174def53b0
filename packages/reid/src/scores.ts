/** Similarity of every query with every gallery item: a dot product, the cosine when rows have length 1. */
import { rowsOf } from './embeddings.ts'

/** Gallery rows per tile: 64 rows of 512 floats stay in a core's second cache while all queries pass over them. */
const TILE = 64

/**
 * Dot products, row-major `queries × gallery`. Two queries and four gallery items go through the inner loop together,
 * so that each value read from memory serves several products.
 * Throws `RangeError` when either side is not made of rows of `dim`.
 */
export function dotScores(query: Float32Array, gallery: Float32Array, dim: number): Float32Array {
  const queries = rowsOf(query, dim)
  const items = rowsOf(gallery, dim)
  const scores = new Float32Array(queries * items)
  for (let tile = 0; tile < items; tile += TILE) {
    const end = Math.min(tile + TILE, items)
    for (let q = 0; q < queries; q += 2) {
      const second = Math.min(q + 1, queries - 1)
      const a = q * dim
      const b = second * dim
      let g = tile
      for (; g + 4 <= end; g += 4) {
        const g0 = g * dim
        const g1 = g0 + dim
        const g2 = g1 + dim
        const g3 = g2 + dim
        let a0 = 0
        let a1 = 0
        let a2 = 0
        let a3 = 0
        let b0 = 0
        let b1 = 0
        let b2 = 0
        let b3 = 0
        for (let d = 0; d < dim; d++) {
          const x = query[a + d]
          const y = query[b + d]
          const v0 = gallery[g0 + d]
          const v1 = gallery[g1 + d]
          const v2 = gallery[g2 + d]
          const v3 = gallery[g3 + d]
          a0 += x * v0
          a1 += x * v1
          a2 += x * v2
          a3 += x * v3
          b0 += y * v0
          b1 += y * v1
          b2 += y * v2
          b3 += y * v3
        }
        const rowA = q * items + g
        const rowB = second * items + g
        scores[rowA] = a0
        scores[rowA + 1] = a1
        scores[rowA + 2] = a2
        scores[rowA + 3] = a3
        scores[rowB] = b0
        scores[rowB + 1] = b1
        scores[rowB + 2] = b2
        scores[rowB + 3] = b3
      }
      for (; g < end; g++) {
        const item = gallery.subarray(g * dim, (g + 1) * dim)
        scores[q * items + g] = dot(query.subarray(a, a + dim), item)
        scores[second * items + g] = dot(query.subarray(b, b + dim), item)
      }
    }
  }
  return scores
}

/** The sum in double precision. */
export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let d = 0; d < a.length; d++) sum += a[d] * b[d]
  return sum
}
