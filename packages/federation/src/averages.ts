import * as v from 'valibot'
import { type Params, withOffsets } from './params.ts'
import type { GroupMean } from './strategy.ts'

/** What becomes of batch-norm statistics: averaged like weights, or those of the first client in ascending order. */
export type Statistics = 'average' | 'first'

/** The choice among them, for strategies that offer it. */
export const StatisticsSetting = v.pipe(
  v.optional(v.picklist(['average', 'first']), 'average'),
  v.title('Batch-norm statistics'),
  v.description('Averaged like weights, or taken from one client as the authors’ code of FedReID does.'),
  v.metadata({ options: { average: 'Average', first: 'The first client’s' } }),
)

/** The mean of some clients' models, with the statistics that are asked for. */
export function averaged({ mean, first }: GroupMean, statistics: Statistics): Params {
  return statistics === 'average' ? mean : withStatisticsOf(first, mean)
}

/** `model` with every batch-norm statistic taken from `other`. */
function withStatisticsOf(other: Params, model: Params): Params {
  const values = model.values.slice()
  for (const { role, offset, size } of withOffsets(model.layout))
    if (role === 'statistic') values.set(other.values.subarray(offset, offset + size), offset)
  return { layout: model.layout, values }
}
