/**
 * CUHK03's single-gallery-shot rule: each person is in the gallery with one image, drawn anew several times, and CMC is the
 * mean over the draws (Li et al., CVPR 2014; torchreid's `use_metric_cuhk03`). Distractors are one person.
 * mAP stays that of the whole gallery: with one right image it would say nothing of its own.
 */
import { rangesOf } from './range.ts'
import { GOOD, goodItems, LEFT_OUT, relevance } from './relevance.ts'
import { rng } from './rng.ts'
import { scoresOf, type SearchTask } from './search-task.ts'

/** Percentages, 0 to 100; all 0 when `queries` is 0. */
export interface SingleShotMetrics {
  readonly rank1: number
  readonly rank5: number
  readonly rank10: number
  /** Those with a right image. */
  readonly queries: number
}

export interface SingleShotOptions {
  readonly seed: number
  /** Default 100. */
  readonly draws?: number
}

/** Scores held at once, 16 MB: every query needs those of the whole gallery. */
const SCORES_AT_ONCE = 2 ** 22

/**
 * The scores that the task's tiles give decide; other draws matter far more than their rounding. Throws `RangeError` as
 * `scoresOf` does, and unless there is a positive number of draws.
 */
export function evaluateSingleShot(task: SearchTask, { seed, draws = 100 }: SingleShotOptions): SingleShotMetrics {
  if (!Number.isInteger(draws) || draws < 1) throw new RangeError(`evaluateSingleShot: ${draws} draws`)
  const source = scoresOf(task)
  const relevanceOf = relevance(task)
  const persons = itemsByIdentity(task.gallery.identities)
  const items = task.gallery.identities.length
  const sums = { rank1: 0, rank5: 0, rank10: 0 }
  let counted = 0
  const atOnce = Math.max(1, Math.floor(SCORES_AT_ONCE / Math.max(1, items)))
  for (const queries of rangesOf(task.query.identities.length, atOnce)) {
    const scores = source.tile(queries, { start: 0, end: items })
    for (let query = queries.start; query < queries.end; query++) {
      const kinds = relevanceOf(query)
      if (!kinds.includes(GOOD)) continue
      counted++
      const row = scores.subarray((query - queries.start) * items, (query - queries.start + 1) * items)
      const draw = drawsOf({ row, kinds, persons, random: rng(seed, 'single shot', query) })
      for (let turn = 0; turn < draws; turn++) {
        const rank = draw()
        if (rank <= 1) sums.rank1++
        if (rank <= 5) sums.rank5++
        if (rank <= 10) sums.rank10++
      }
    }
  }
  const percent = (sum: number) => (counted === 0 ? 0 : (100 * sum) / (counted * draws))
  return { rank1: percent(sums.rank1), rank5: percent(sums.rank5), rank10: percent(sums.rank10), queries: counted }
}

interface Query {
  readonly row: Float32Array
  readonly kinds: Uint8Array
  readonly persons: readonly (readonly number[])[]
  readonly random: ReturnType<typeof rng>
}

/** Draws one image of each person and gives the rank of the right one. Who is behind it in every draw is not drawn. */
function drawsOf({ row, kinds, persons, random }: Query): () => number {
  const good = goodItems(kinds)
  const worst = good.reduce((least, item) => Math.min(least, row[item]), Infinity)
  const rivals = persons
    .map((items) => items.filter((item) => kinds[item] !== LEFT_OUT && kinds[item] !== GOOD))
    .filter((items) => items.some((item) => row[item] >= worst))
  return () => {
    const target = random.pick(good)
    let rank = 1
    for (const items of rivals) {
      const item = random.pick(items)
      if (row[item] > row[target] || (row[item] === row[target] && item < target)) rank++
    }
    return rank
  }
}

function itemsByIdentity(identities: readonly string[]): readonly (readonly number[])[] {
  const items = new Map<string, number[]>()
  for (const [item, identity] of identities.entries()) {
    const own = items.get(identity)
    if (own) own.push(item)
    else items.set(identity, [item])
  }
  return [...items.values()]
}
