import type { FederationView } from '@passerby/protocol'

/** The phases of a round as a bar shows them; lengths are typical shares of its time. Only the last round waits to be measured. */
export const roundPhases = [
  { name: 'Training', share: 8 },
  { name: 'Forming the model', share: 1 },
  { name: 'Measuring', share: 1 },
] as const

export interface RoundProgress {
  readonly round: number
  /** Index in `roundPhases`, and how far that phase is, 0 to 1. */
  readonly phase: number
  readonly fraction: number
}

/** How far the open round is: in training, the mean over its cohort of what each has done. Undefined when none is open. */
export function roundProgress({
  phase,
  summary,
  clients,
}: Pick<FederationView, 'phase' | 'summary' | 'clients'>): RoundProgress | undefined {
  switch (phase.phase) {
    case 'training': {
      const trained = clients.reduce((sum, { state, fraction }) => {
        if (state === 'looking' || state === 'uploading') return sum + 1
        return state === 'training' ? sum + fraction : sum
      }, phase.accepted)
      return { round: phase.round, phase: 0, fraction: Math.min(1, trained / Math.max(1, phase.cohort)) }
    }
    case 'aggregating':
      return { round: phase.round, phase: 1, fraction: 0.5 }
    case 'evaluating': {
      const asked = Math.max(summary.clients, phase.waiting, 1)
      return { round: phase.round, phase: 2, fraction: 1 - phase.waiting / asked }
    }
    case 'idle':
    case 'open':
    case 'paused':
    case 'ended':
      return undefined
  }
}

/** Rounds that have a model. */
export function roundsDone({ phase }: Pick<FederationView, 'phase'>): number {
  switch (phase.phase) {
    case 'idle':
      return 0
    case 'ended':
      return phase.rounds
    case 'evaluating':
      return phase.round
    case 'open':
    case 'training':
    case 'aggregating':
    case 'paused':
      return phase.round - 1
  }
}
