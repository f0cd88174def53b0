/** An update travels as chunks; what is held of it is told as inclusive ranges of indices. */
export type Range = [first: number, last: number]

/** Inclusive ranges of the given indices, ascending. */
export function toRanges(indices: Iterable<number>): Range[] {
  const ranges: Range[] = []
  for (const index of [...new Set(indices)].sort((a, b) => a - b)) {
    const last = ranges.at(-1)
    if (last && last[1] === index - 1) last[1] = index
    else ranges.push([index, index])
  }
  return ranges
}

/** Indices below `chunks` that are in none of the ranges, ascending. */
export function missingFrom(held: readonly Range[], chunks: number): number[] {
  return Array.from({ length: chunks }, (_, index) => index).filter(
    (index) => !held.some(([first, last]) => first <= index && index <= last),
  )
}
