import { type StrategySettings, strategyOf } from '@passerby/federation'
import type { FederationSettings, RoundRecord } from '@passerby/protocol'
import { formatSeconds, plural } from '../../ui/format.ts'

/** What the clients' models taught the new one; undefined where the federation has nothing of that. */
export function distillationOf(
  { round, outcome, distilled }: Pick<RoundRecord, 'round' | 'outcome' | 'distilled'>,
  { strategy, rounds }: Pick<FederationSettings, 'strategy' | 'rounds'>,
): string | undefined {
  if (distilled) return `${formatSeconds(distilled.seconds)} on ${plural(distilled.images, 'public image')}`
  const next = nextDistilled(strategy, round, rounds)
  if (next === undefined) return undefined
  if (next > round) return `next in round ${next}`
  return outcome === 'open' ? 'when the round closes' : 'not done'
}

/** The round from this one on whose model is taught by the clients'; undefined where none is. */
function nextDistilled(strategy: StrategySettings, round: number, rounds: number): number | undefined {
  const { distillation } = strategyOf(strategy)
  if (!distillation) return undefined
  for (let at = round; at <= rounds; at++) if (distillation(at, strategy)) return at
  return undefined
}
