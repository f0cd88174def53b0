/** Embeddings are row-major `n × dim` Float32Arrays. */

/** Number of rows. Throws `RangeError` unless `dim` is a positive integer that divides the length. */
export function rowsOf(embeddings: Float32Array, dim: number): number {
  const rows = embeddings.length / dim
  if (!Number.isInteger(dim) || dim < 1 || !Number.isInteger(rows))
    throw new RangeError(`rowsOf: ${embeddings.length} values are no rows of ${dim}`)
  return rows
}

/** Rows scaled to Euclidean length 1, a copy. A row of zeros stays zero: it resembles nothing. */
export function normalizeRows(embeddings: Float32Array, dim: number): Float32Array {
  const rows = rowsOf(embeddings, dim)
  const normalized = new Float32Array(embeddings.length)
  for (let row = 0; row < rows; row++) {
    const start = row * dim
    let squares = 0
    for (let at = start; at < start + dim; at++) squares += embeddings[at] * embeddings[at]
    const scale = squares > 0 ? 1 / Math.sqrt(squares) : 0
    for (let at = start; at < start + dim; at++) normalized[at] = embeddings[at] * scale
  }
  return normalized
}

/**
 * The embedding that is compared: f(image) + f(mirrored image), then length 1 (ALGORITHMS 2.9).
 * Throws `RangeError` when the two differ in length.
 */
export function flipSummed(straight: Float32Array, mirrored: Float32Array, dim: number): Float32Array {
  if (straight.length !== mirrored.length)
    throw new RangeError(`flipSummed: ${straight.length} values and ${mirrored.length} mirrored ones`)
  return normalizeRows(
    straight.map((value, at) => value + mirrored[at]),
    dim,
  )
}

/** The rows at `indices`, in that order, a copy. */
export function rowsAt(embeddings: Float32Array, dim: number, indices: readonly number[]): Float32Array {
  const chosen = new Float32Array(indices.length * dim)
  for (const [row, index] of indices.entries())
    chosen.set(embeddings.subarray(index * dim, (index + 1) * dim), row * dim)
  return chosen
}
