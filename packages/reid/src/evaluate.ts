/** Retrieval figures of a query set against a gallery: CMC, mAP and mINP. */
import { averagePrecision, inverseNegativePenalty, type AveragePrecision } from './average-precision.ts'
import { goodRanks } from './good-ranks.ts'
import type { SearchTask } from './search-task.ts'

export interface RankingOptions {
  /** Default `rectangle`. */
  readonly averagePrecision?: AveragePrecision
  /**
   * Queries without a good item: `skip` leaves them out (open-reid, torchreid; the default), `zero` counts them
   * as 0 everywhere (FedReID, ALGORITHMS 2.9).
   */
  readonly unmatched?: 'skip' | 'zero'
}

export interface RankingTask extends RankingOptions, SearchTask {}

/** Percentages, 0 to 100; all 0 when `queries` is 0. */
export interface RankingMetrics {
  readonly rank1: number
  readonly rank5: number
  readonly rank10: number
  readonly mAP: number
  readonly mINP: number
  /** Queries that the means are taken over. */
  readonly queries: number
}

/**
 * Ranks the gallery for every query by its scores, best first; equal scores in gallery order.
 * Throws `RangeError` when labels and rows differ in number or an embedding is not finite (a diverged network).
 */
export function evaluate(task: RankingTask): RankingMetrics {
  return rankingMetrics(goodRanks(task), task)
}

/** Figures of rankings, from the ranks of each query's good items. */
export function rankingMetrics(
  rankings: readonly (readonly number[])[],
  { averagePrecision: definition = 'rectangle', unmatched = 'skip' }: RankingOptions = {},
): RankingMetrics {
  const sums = { rank1: 0, rank5: 0, rank10: 0, mAP: 0, mINP: 0 }
  let counted = 0
  for (const ranks of rankings) {
    const first = ranks.at(0)
    if (first !== undefined || unmatched === 'zero') counted++
    if (first === undefined) continue
    if (first <= 1) sums.rank1++
    if (first <= 5) sums.rank5++
    if (first <= 10) sums.rank10++
    sums.mAP += averagePrecision(ranks, definition)
    sums.mINP += inverseNegativePenalty(ranks)
  }
  const percent = (sum: number) => (counted === 0 ? 0 : (100 * sum) / counted)
  return {
    rank1: percent(sums.rank1),
    rank5: percent(sums.rank5),
    rank10: percent(sums.rank10),
    mAP: percent(sums.mAP),
    mINP: percent(sums.mINP),
    queries: counted,
  }
}
