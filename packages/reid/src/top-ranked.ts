/** The head of rankings, for those who look at them. */
import { GOOD, LEFT_OUT, relevance } from './relevance.ts'
import { scoresOf, type SearchTask } from './search-task.ts'

export interface RankedItem {
  readonly item: number
  readonly score: number
  readonly kind: 'right' | 'wrong' | 'left-out'
  /** 1-based; `undefined` for what the ranking leaves out. */
  readonly rank: number | undefined
}

export interface RankedQuery {
  readonly query: number
  /** Best first, equal scores in gallery order; until `most` items have a rank. */
  readonly items: readonly RankedItem[]
}

/** The rankings of some queries down to rank `most`, with what was left out on the way. Throws `RangeError` as `scoresOf` does. */
export function topRanked(task: SearchTask, queries: readonly number[], most: number): readonly RankedQuery[] {
  const source = scoresOf(task)
  const relevanceOf = relevance(task)
  const all = task.gallery.identities.map((_, item) => item)
  return queries.map((query) => {
    const kinds = relevanceOf(query)
    const scores = source.exact(query, all)
    const order = [...all].sort((a, b) => scores[b] - scores[a] || a - b)
    const items: RankedItem[] = []
    let rank = 0
    for (const item of order) {
      if (rank === most) break
      const leftOut = kinds[item] === LEFT_OUT
      items.push({
        item,
        score: scores[item],
        kind: leftOut ? 'left-out' : kinds[item] === GOOD ? 'right' : 'wrong',
        rank: leftOut ? undefined : ++rank,
      })
    }
    return { query, items }
  })
}
