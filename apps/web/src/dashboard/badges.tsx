import type { Contribution, FederationSummary, RoundRecord } from '@passerby/protocol'
import { Badge, type Tone } from '../ui/badge.tsx'

/** The protocol's words for states and outcomes, each in its colour. */
const states: Record<FederationSummary['state'], Tone> = {
  waiting: 'neutral',
  running: 'accent',
  paused: 'warn',
  ended: 'good',
}
const outcomes: Record<RoundRecord['outcome'], Tone> = { open: 'accent', published: 'good', aborted: 'warn' }
const contributions: Record<Contribution['outcome'], Tone> = {
  counted: 'good',
  late: 'warn',
  withdrew: 'warn',
  missing: 'bad',
}

export function StateBadge({ state }: Pick<FederationSummary, 'state'>) {
  return <Badge tone={states[state]}>{state}</Badge>
}

export function OutcomeBadge({ outcome }: Pick<RoundRecord, 'outcome'>) {
  return <Badge tone={outcomes[outcome]}>{outcome}</Badge>
}

export function ContributionBadge({ outcome }: Pick<Contribution, 'outcome'>) {
  return <Badge tone={contributions[outcome]}>{outcome}</Badge>
}
