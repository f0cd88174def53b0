/** Rows as lines, counts to the right and words to the left. */
export type Side = 'left' | 'right'

/** Two spaces between columns; a cell that is not there is empty. */
export function columns(sides: readonly Side[], rows: readonly (readonly (string | undefined)[])[]): string {
  const widths = sides.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  const cell = (row: readonly (string | undefined)[], side: Side, column: number) => {
    const text = row[column] ?? ''
    return side === 'left' ? text.padEnd(widths[column]) : text.padStart(widths[column])
  }
  return rows
    .map((row) =>
      sides
        .map((side, column) => cell(row, side, column))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
