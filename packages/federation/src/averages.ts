import { type Params, specSize } from './params.ts'
import type { GroupMean } from './strategy.ts'

/** What becomes of batch-norm statistics: averaged like weights, or those of the first client in ascending order. */
export type Statistics = 'average' | 'first'

/** The mean of some clients' models, with the statistics that are asked for. */
export function averaged({ mean, first }: GroupMean, statistics: Statistics): Params {
  return statistics === 'average' ? mean : withStatisticsOf(first, mean)
}

/** `model` with every batch-norm statistic taken from `other`. */
export function withStatisticsOf(other: Params, model: Params): Params {
  const values = model.values.slice()
  let offset = 0
  for (const spec of model.layout) {
    const end = offset + specSize(spec)
    if (spec.role === 'statistic') values.set(other.values.subarray(offset, end), offset)
    offset = end
  }
  return { layout: model.layout, values }
}
