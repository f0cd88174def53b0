/** The places of the right items in every query's ranking: all that CMC, mAP and mINP are made of. */
import { rangesOf } from './range.ts'
import { goodItems, relevance, WRONG } from './relevance.ts'
import type { ScoreSource } from './score-source.ts'
import { scoresOf, type SearchTask } from './search-task.ts'

/**
 * By query, the 1-based ranks of its good items, ascending; none where it has no good item. The best score ranks first,
 * equal scores in gallery order. Throws `RangeError` as `scoresOf` does.
 */
export function goodRanks(task: SearchTask): readonly (readonly number[])[] {
  const source = scoresOf(task)
  const relevanceOf = relevance(task)
  const ranks: (readonly number[])[] = []
  for (const queries of rangesOf(task.query.identities.length, source.atOnce.queries)) {
    const counts = Array.from({ length: queries.end - queries.start }, (_, row) => {
      const query = queries.start + row
      return countFor(query, goodItems(relevanceOf(query)), source)
    })
    for (const items of rangesOf(task.gallery.identities.length, source.atOnce.items)) {
      const scores = source.tile(queries, items)
      const width = items.end - items.start
      for (const [row, count] of counts.entries())
        if (count.good.length > 0)
          countPreceding(count, scores.subarray(row * width, (row + 1) * width), {
            kinds: relevanceOf(queries.start + row),
            first: items.start,
            source,
          })
    }
    ranks.push(...counts.map(ranksOf))
  }
  return ranks
}

/** Good items, best first, and how many wrong ones were counted between each of them and the one before. */
interface Count {
  readonly query: number
  readonly good: readonly number[]
  readonly scores: Float32Array
  readonly between: Uint32Array
}

function countFor(query: number, good: readonly number[], source: ScoreSource): Count {
  const scores = source.exact(query, good)
  const order = good.map((_, at) => at).sort((a, b) => scores[b] - scores[a] || a - b)
  return {
    query,
    good: order.map((at) => good[at]),
    scores: Float32Array.from(order, (at) => scores[at]),
    between: new Uint32Array(good.length + 1),
  }
}

/**
 * Counts every wrong item against the first good item that it precedes, which is what a full ranking would say at a
 * fraction of its cost. A score that is too near to a good one's to tell is replaced by the exact one.
 */
function countPreceding(
  count: Count,
  row: Float32Array,
  { kinds, first, source }: { readonly kinds: Uint8Array; readonly first: number; readonly source: ScoreSource },
): void {
  const { query, scores, between } = count
  const { tolerance } = source
  const worst = scores[scores.length - 1] - tolerance
  for (let at = 0; at < row.length; at++) {
    const score = row[at]
    const item = first + at
    if (score < worst || kinds[item] !== WRONG) continue
    let place = placeOf(score, item, count)
    if (tolerance > 0 && (score + tolerance >= scores[place - 1] || score - tolerance <= scores[place]))
      place = placeOf(source.exact(query, [item])[0], item, count)
    between[place]++
  }
}

/** Index of the first good item that the item precedes; their number when it precedes none. */
function placeOf(score: number, item: number, { good, scores }: Pick<Count, 'good' | 'scores'>): number {
  let low = 0
  let high = good.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (score > scores[middle] || (score === scores[middle] && item < good[middle])) high = middle
    else low = middle + 1
  }
  return low
}

function ranksOf({ good, between }: Count): readonly number[] {
  let before = 0
  return good.map((_, place) => {
    before += between[place]
    return place + 1 + before
  })
}
