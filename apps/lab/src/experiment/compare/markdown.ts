type Cells = readonly (string | undefined)[]

/** The lines of a Markdown table: the first `named` columns left, the others right, missing cells as a dash. */
export function markdownTable(head: readonly string[], lines: readonly Cells[], named = 1): readonly string[] {
  const line = (cells: Cells) => `| ${cells.map((cell) => (cell ?? '–').replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map((_, column) => (column < named ? '---' : '---:'))), ...lines.map(line)]
}
