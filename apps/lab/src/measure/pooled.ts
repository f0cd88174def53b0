import type { RankingMetrics } from '@passerby/reid'
import { hundredth } from './measure.ts'

export interface Measured {
  readonly rank1: number
  readonly mAP: number
}

/** Figures over all queries of several data sets, each searched in its own gallery; in per cent, to a hundredth. */
export function pooled(metrics: readonly RankingMetrics[]): Measured {
  const queries = metrics.reduce((total, one) => total + one.queries, 0)
  const mean = (of: (one: RankingMetrics) => number) =>
    hundredth(metrics.reduce((total, one) => total + of(one) * one.queries, 0) / queries)
  return { rank1: mean((one) => one.rank1), mAP: mean((one) => one.mAP) }
}
