/** As many letters may be wrong, missing or too much. */
const MOST_SLIPS = 2

/** The one of `words` that a slip of the fingers makes `word` of; `undefined` where none is that near. */
export function nearest(word: string, words: readonly string[]): string | undefined {
  const [best] = words
    .map((other) => ({ other, slips: slipsBetween(word.toLowerCase(), other.toLowerCase()) }))
    .toSorted((a, b) => a.slips - b.slips)
  return best && best.slips <= MOST_SLIPS && best.slips < word.length ? best.other : undefined
}

/** Levenshtein's distance, row by row. */
function slipsBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)))
    row = next
  }
  return row[b.length]
}
