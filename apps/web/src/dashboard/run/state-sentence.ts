import type { FederationView } from '@passerby/protocol'
import { formatSeconds, plural } from '../../ui/format.ts'

/** What a federation is doing, in one sentence. `now` is the coordinator's clock in epoch milliseconds. */
export function stateSentence(view: FederationView, now: number): string {
  const { phase, settings, summary } = view
  switch (phase.phase) {
    case 'idle':
      return notStarted(summary.clients, settings.cohort.minClients)
    case 'open':
      return `Round ${phase.round}: waiting for ${plural(Math.max(0, phase.needed - phase.present), 'more client')}, ${phase.present} of ${phase.needed} are here.${takenOut(view)}`
    case 'training':
      return training(phase, now)
    case 'aggregating':
      return `Round ${phase.round}: updates are in, forming the new model.${pausing(phase)}`
    case 'evaluating':
      return phase.waiting === 0
        ? `Round ${phase.round}: closing.`
        : `Round ${phase.round}: ${plural(phase.waiting, 'client')} still ${phase.waiting === 1 ? 'measures' : 'measure'} the new model, for ${timeTo(phase.deadline, now)} at most.${pausing(phase)}`
    case 'paused':
      return `Paused before round ${phase.round}: nobody trains until it is resumed.`
    case 'ended':
      if (phase.reason === 'completed') return `Completed: all ${plural(phase.rounds, 'round')} done.`
      return phase.rounds === 0
        ? 'Stopped by the operator before a round was done.'
        : `Stopped by the operator after round ${phase.rounds} of ${settings.rounds}.`
  }
}

/** The part of the state whose change is worth saying aloud: no counts, no seconds. */
export function announcement({ phase, summary }: FederationView): string {
  switch (phase.phase) {
    case 'idle':
      return `${summary.name}: not started`
    case 'open':
      return `Round ${phase.round}: waiting for clients`
    case 'training':
      return `Round ${phase.round} of ${summary.rounds}: training`
    case 'aggregating':
    case 'evaluating':
      return `Round ${phase.round}: the new model is being measured`
    case 'paused':
      return `Paused before round ${phase.round}`
    case 'ended':
      return phase.reason === 'completed' ? 'All rounds are done' : 'Stopped'
  }
}

const pausing = (phase: { readonly pausing?: true | undefined }) => (phase.pausing ? ' Pauses then.' : '')

function takenOut({ clients }: FederationView): string {
  const out = clients.filter(({ excluded }) => excluded).length
  return out === 0 ? '' : ` ${plural(out, 'client')} ${out === 1 ? 'is' : 'are'} taken out.`
}

function notStarted(clients: number, needed: number): string {
  if (clients === 0) return `Not started: nobody has joined yet, a round needs ${plural(needed, 'client')}.`
  const are = clients === 1 ? 'is' : 'are'
  return clients < needed
    ? `Not started: ${plural(clients, 'client')} ${are} here, a round needs ${needed}.`
    : `Ready to start: ${plural(clients, 'client')} ${are} here, a round needs ${needed}.`
}

function training(phase: Extract<FederationView['phase'], { phase: 'training' }>, now: number): string {
  const { round, cohort, accepted, needed, deadline } = phase
  const waiting = `Round ${round}: waiting for ${cohort - accepted} of ${plural(cohort, 'update')}`
  const left = timeTo(deadline, now)
  if (accepted >= needed) return `${waiting}, closes in ${left} at the latest with ${accepted}.`
  return `${waiting}, closes in ${left} at the latest if ${needed} are in by then.`
}

function timeTo(deadline: number, now: number): string {
  const seconds = Math.max(0, Math.ceil((deadline - now) / 1_000))
  return seconds === 0 ? 'a moment' : formatSeconds(seconds)
}
