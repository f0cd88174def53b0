/** Every row's nearest rows of the same set, by tiles: lists of a few neighbours are kept, never `n × n` distances. */
import { rowsOf } from './embeddings.ts'
import { rangesOf } from './range.ts'
import { type DotProducts, squaredLength } from './score-source.ts'
import { dotScores } from './scores.ts'

/** By squared Euclidean distance. */
export interface Neighbours {
  /** Neighbours per row. */
  readonly count: number
  /** Row-major `n × count`, nearest first, equally near ones in row order; a row is its own nearest, its duplicates come after it. */
  readonly nearest: Int32Array
  /** By row, the distance to the farthest row. */
  readonly farthest: Float64Array
}

const AT_ONCE = { rows: 512, columns: 4096 }

/** The `count` nearest of each row, or all where there are fewer. Throws `RangeError` unless embeddings are rows of `dim`. */
export function neighboursOf(
  embeddings: Float32Array,
  dim: number,
  { count: wanted, products = dotScores }: { readonly count: number; readonly products?: DotProducts },
): Neighbours {
  const n = rowsOf(embeddings, dim)
  const count = Math.min(wanted, n)
  const lengths = Float64Array.from({ length: n }, (_, row) => squaredLength(embeddings, row, dim))
  const nearest = new Int32Array(n * count)
  const farthest = new Float64Array(n)
  for (const rows of rangesOf(n, AT_ONCE.rows)) {
    const lists = Array.from({ length: rows.end - rows.start }, () => nearestList(count))
    const left = embeddings.subarray(rows.start * dim, rows.end * dim)
    for (const columns of rangesOf(n, AT_ONCE.columns)) {
      const width = columns.end - columns.start
      const tile = products(left, embeddings.subarray(columns.start * dim, columns.end * dim), dim)
      for (const [at, list] of lists.entries()) {
        const row = rows.start + at
        let most = farthest[row]
        for (let column = 0; column < width; column++) {
          const other = columns.start + column
          const distance =
            other === row ? -Infinity : Math.max(0, lengths[row] + lengths[other] - 2 * tile[at * width + column])
          if (distance > most) most = distance
          if (distance < list.limit()) list.offer(other, distance)
        }
        farthest[row] = most
      }
    }
    for (const [at, list] of lists.entries()) nearest.set(list.rows, (rows.start + at) * count)
  }
  return { count, nearest, farthest }
}

/** The nearest so far, in order. Rows are offered in order, so one that is as far as another comes after it. */
function nearestList(count: number) {
  const rows = new Int32Array(count)
  const distances = new Float64Array(count).fill(Infinity)
  return {
    rows,
    limit: () => distances[count - 1],
    offer(row: number, distance: number) {
      let at = count - 1
      for (; at > 0 && distances[at - 1] > distance; at--) {
        rows[at] = rows[at - 1]
        distances[at] = distances[at - 1]
      }
      rows[at] = row
      distances[at] = distance
    },
  }
}
