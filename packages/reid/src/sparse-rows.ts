/** Rows of which few values are not zero, one after another in flat arrays. */
export interface SparseRows {
  /** Row `r` has the entries `starts[r]` to `starts[r + 1]`. */
  readonly starts: Uint32Array
  readonly columns: Int32Array
  readonly values: Float64Array
}

/** `count` rows, each as its columns and their values. */
export function sparseRows(count: number, rowAt: (row: number) => ReadonlyMap<number, number>): SparseRows {
  const starts = new Uint32Array(count + 1)
  let columns = new Int32Array(64)
  let values = new Float64Array(64)
  for (let row = 0; row < count; row++) {
    let at = starts[row]
    const entries = rowAt(row)
    if (at + entries.size > columns.length) {
      columns = grown(new Int32Array(2 * (at + entries.size)), columns)
      values = grown(new Float64Array(2 * (at + entries.size)), values)
    }
    for (const [column, value] of entries) {
      columns[at] = column
      values[at++] = value
    }
    starts[row + 1] = at
  }
  return { starts, columns, values }
}

function grown<Values extends Int32Array | Float64Array>(larger: Values, held: Values): Values {
  larger.set(held)
  return larger
}

/** The rows from `first` on by column: row `c` of the result lists who of them has a value in column `c`, counted from `first`. */
export function byColumn({ starts, columns, values }: SparseRows, first: number, width: number): SparseRows {
  const rows = starts.length - 1
  const turned = new Uint32Array(width + 1)
  for (let at = starts[first]; at < starts[rows]; at++) turned[columns[at] + 1]++
  for (let column = 0; column < width; column++) turned[column + 1] += turned[column]
  const next = turned.slice()
  const owners = new Int32Array(turned[width])
  const moved = new Float64Array(turned[width])
  for (let row = first; row < rows; row++) {
    for (let at = starts[row]; at < starts[row + 1]; at++) {
      const to = next[columns[at]]++
      owners[to] = row - first
      moved[to] = values[at]
    }
  }
  return { starts: turned, columns: owners, values: moved }
}
