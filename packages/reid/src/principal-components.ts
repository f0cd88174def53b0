import { PCA } from 'ml-pca'
import { rowsOf } from './embeddings.ts'

export interface PrincipalComponents {
  /** Row-major `n × components`: rows seen along the directions in which they differ most. */
  readonly coordinates: Float64Array
  /** Share of the variance along each of them. */
  readonly explained: readonly number[]
}

/** Rows on their first principal components. Throws `RangeError` for fewer than two rows, or more components than values. */
export function principalComponents(embeddings: Float32Array, dim: number, components: number): PrincipalComponents {
  const rows = rowsOf(embeddings, dim)
  if (rows < 2 || components > dim)
    throw new RangeError(`principalComponents: ${components} of ${rows} rows of ${dim} values`)
  const table = Array.from({ length: rows }, (_, row) => Array.from(embeddings.subarray(row * dim, (row + 1) * dim)))
  const analysis = new PCA(table)
  const seen = analysis.predict(table, { nComponents: components })
  return {
    coordinates: Float64Array.from({ length: rows * components }, (_, at) =>
      // There are no more directions than rows.
      at % components < seen.columns ? seen.get(Math.floor(at / components), at % components) : 0,
    ),
    explained: analysis.getExplainedVariance().slice(0, components),
  }
}
