import { rowsOf } from '@passerby/reid'

export interface NamedEmbeddings {
  readonly names: readonly string[]
  readonly identities: readonly string[]
  readonly cameras: readonly string[]
  /** Row-major `names.length × dim`. */
  readonly embeddings: Float32Array
  readonly dim: number
}

/** Lines of a CSV file (RFC 4180), the header first. Values have the nine digits that float32 needs to come back. */
export function* embeddingRows({ names, identities, cameras, embeddings, dim }: NamedEmbeddings): Generator<string> {
  const columns = Array.from({ length: dim }, (_, at) => `e${at}`)
  yield csvLine(['name', 'identity', 'camera', ...columns])
  const rows = rowsOf(embeddings, dim)
  for (let row = 0; row < rows; row++) {
    const values = Array.from(embeddings.subarray(row * dim, (row + 1) * dim), (value) => String(+value.toPrecision(9)))
    yield csvLine([names[row], identities[row], cameras[row], ...values])
  }
}

export const csvLine = (cells: readonly string[]) => `${cells.map(quoted).join(',')}\r\n`

const quoted = (cell: string) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)
