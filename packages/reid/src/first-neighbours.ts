import { normalizeRows } from './embeddings.ts'

/**
 * Cosine similarities of every two rows, `rows × rows`. A row of zeros is similar to nothing. A step for each row: hundreds of
 * rows of 100,000 values take seconds, between which others may want their turn.
 */
export function* cosineSimilarities(rows: Float32Array, dim: number): Generator<undefined, Float32Array> {
  const unit = normalizeRows(rows, dim)
  const count = unit.length / dim
  const similarities = new Float32Array(count * count)
  for (let i = 0; i < count; i++) {
    for (let j = 0; j <= i; j++) {
      let dot = 0
      for (let k = 0; k < dim; k++) dot += unit[i * dim + k] * unit[j * dim + k]
      similarities[i * count + j] = dot
      similarities[j * count + i] = dot
    }
    yield
  }
  return similarities
}

/**
 * One step of FINCH (Sarfraz et al., CVPR 2019): everyone is linked with its nearest neighbour, the connected components
 * are the clusters. Of equally near ones the first counts. `similarities` is `count × count`; the result are clusters of
 * positions, each ascending, in the order of their first. One alone is a cluster.
 */
export function firstNeighbourClusters(similarities: Float32Array, count: number): readonly (readonly number[])[] {
  if (similarities.length !== count * count)
    throw new RangeError(`firstNeighbourClusters: ${similarities.length} similarities of ${count}`)
  const root = Array.from({ length: count }, (_, i) => i)
  const rootOf = (i: number): number => {
    let at = i
    while (root[at] !== at) at = root[at]
    return at
  }
  for (let i = 0; i < count; i++) {
    const nearest = nearestOf(similarities.subarray(i * count, (i + 1) * count), i)
    if (nearest !== undefined) root[rootOf(i)] = rootOf(nearest)
  }
  const clusters = new Map<number, number[]>()
  for (const i of root.keys()) {
    const of = rootOf(i)
    clusters.set(of, [...(clusters.get(of) ?? []), i])
  }
  return [...clusters.values()]
}

function nearestOf(row: Float32Array, self: number): number | undefined {
  let nearest: number | undefined
  for (let j = 0; j < row.length; j++) if (j !== self && (nearest === undefined || row[j] > row[nearest])) nearest = j
  return nearest
}
