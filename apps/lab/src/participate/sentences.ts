/** What a headless participant says of itself: one line whenever something begins or is settled. */
import type { LocalEvaluation, Snapshot } from '@passerby/participant'

/** Where it is, without progress: the same sentence while nothing but progress changes. */
export function stateSentence(snapshot: Snapshot): string {
  const { state, status, work, connection } = snapshot
  const round = `round ${work?.round ?? status?.round ?? 0} of ${status?.rounds ?? '?'}`
  if (state === 'paused') return snapshot.because === 'failed' ? 'Paused, because the last round failed.' : 'Paused.'
  if (state === 'ended') return snapshot.because === 'left' ? 'Left the federation.' : 'The federation has ended.'
  if (state === 'refused') return snapshot.refusal?.message ?? 'Refused.'
  if (state === 'idle' || state === 'connecting' || state === 'joining') return 'Connecting …'
  if (connection.link !== 'joined' && connection.link !== 'offline') return `Connection lost; ${round} goes on …`
  if (state === 'waiting') return waiting(snapshot)
  return `${state.charAt(0).toUpperCase()}${state.slice(1)}: ${round} …`
}

function waiting({ status }: Snapshot): string {
  if (status === undefined) return 'Joined.'
  if (status.state === 'paused') return 'Waiting: the operator paused the run.'
  if (status.state === 'waiting') return 'Waiting: the run is not started yet.'
  if (status.clients < status.minClients)
    return `Waiting: ${status.clients} of ${status.minClients} participants that a round needs.`
  return 'Waiting for the next round.'
}

/** A settled round, or `undefined` while it is open. */
export function roundSentence(round: Snapshot['rounds'][number]): string | undefined {
  if (round.outcome === 'open' || round.outcome === 'watched') return undefined
  if (round.outcome !== 'counted') return `Round ${round.round}: ${round.outcome}.`
  const parts = [
    `Round ${round.round}: counted`,
    ...(round.images === undefined ? [] : [`${round.images} images`]),
    ...(round.loss === undefined ? [] : [`loss ${round.loss.toFixed(3)}`]),
    ...(round.local ? [`local model ${figures(round.local)}`] : []),
    ...(round.global ? [`global model ${figures(round.global)}`] : []),
  ]
  return `${parts.join(', ')}.`
}

const figures = ({ rank1, mAP }: LocalEvaluation) => `rank-1 ${rank1.toFixed(1)} % mAP ${mAP.toFixed(1)} %`
