import { type Params, specSize } from '../params.ts'
import type { SumStrategy } from '../strategy.ts'

/**
 * FedPav, federated partial averaging: w ← Σ (n_k / n) w_k over the cohort, the identity head never leaves.
 * Zhuang et al., Performance Optimization for Federated Person Re-identification via Benchmark Analysis, MM 2020,
 * algorithm 1. The paper averages weights; what happens to batch-norm statistics it does not say. We average
 * them too. The authors' code averages parameters only and keeps the statistics of whichever client comes first
 * in the round: that variant is `statistics: 'first'`.
 */
export interface FedPavConfig {
  readonly statistics: 'average' | 'first'
}

export const fedpav: SumStrategy<FedPavConfig, Params> = {
  name: 'fedpav',
  paper: 'https://doi.org/10.1145/3394171.3413814',
  reads: 'sum',
  defaults: { statistics: 'average' },
  start: (global) => global,
  dispatch: (global) => global,
  aggregate(_, { sum, first }, config) {
    const mean = sum.mean()
    return config.statistics === 'average' ? mean : withStatisticsOf(first, mean)
  },
}

/** `mean` with every batch-norm statistic taken from `first`. */
function withStatisticsOf(first: Params, mean: Params): Params {
  const values = mean.values.slice()
  let offset = 0
  for (const spec of mean.layout) {
    const end = offset + specSize(spec)
    if (spec.role === 'statistic') values.set(first.values.subarray(offset, end), offset)
    offset = end
  }
  return { layout: mean.layout, values }
}
