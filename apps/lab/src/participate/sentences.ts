/** What a headless participant says of itself: one line whenever something begins or is settled. */
import type { LocalEvaluation, Snapshot } from '@passerby/participant'

/** Where it is, without progress: the same sentence while nothing but progress changes. */
export function stateSentence(snapshot: Snapshot): string {
  const { state, status, work, connection } = snapshot
  const round = work && `round ${work.round} of ${status?.rounds ?? '?'}`
  if (state === 'paused') return snapshot.because === 'failed' ? 'Paused, because the last round failed.' : 'Paused.'
  if (state === 'ended') return snapshot.because === 'left' ? 'Left the federation.' : 'The federation has ended.'
  if (state === 'refused') return snapshot.refusal?.message ?? 'Refused.'
  if (state === 'idle' || state === 'connecting' || state === 'joining') return 'Connecting …'
  if (connection.link !== 'joined') return 'Connection lost; it goes on and tries again …'
  if (work?.phase === 'looking') return `Looking at images: ${round} …`
  return work && round ? `${capital(work.phase)}: ${round} …` : waiting(snapshot)
}

const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1)

function waiting({ status }: Snapshot): string {
  if (status === undefined) return 'Joined.'
  if (status.state === 'paused') return 'Waiting: the run is paused.'
  if (status.state === 'waiting') return 'Waiting: the run is not started yet.'
  if (status.clients < status.minClients)
    return `Waiting: ${status.clients} of ${status.minClients} participants that a round needs.`
  return 'Waiting for the next round.'
}

/** What is settled of a round: that it counted or why not, then how the new model does on the own people. */
export function roundSentences({ round, outcome, ...known }: Snapshot['rounds'][number]): readonly string[] {
  if (outcome === 'open' || outcome === 'watched') return []
  if (outcome !== 'counted') return [`Round ${round}: ${outcome}.`]
  const counted = [
    `Round ${round}: counted`,
    ...(known.images === undefined ? [] : [`${known.images} images`]),
    ...(known.loss === undefined ? [] : [`loss ${known.loss.toFixed(3)}`]),
  ]
  return [
    `${counted.join(', ')}.`,
    ...(known.local ? [`Round ${round}: local model ${figures(known.local)}.`] : []),
    ...(known.global ? [`Round ${round}: global model ${figures(known.global)}.`] : []),
  ]
}

const figures = ({ rank1, mAP }: LocalEvaluation) => `rank-1 ${rank1.toFixed(1)} % mAP ${mAP.toFixed(1)} %`
