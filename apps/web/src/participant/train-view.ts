import type { Ledger, LocalEvaluation, LookingProgress, Snapshot } from '@passerby/participant'
import { formatCount, formatFraction, formatSeconds, formatTimeLeft, plural } from '../ui/format.ts'
import type { Phase } from '../ui/progress-bar.tsx'
import { looksAfterTraining } from './leaving.ts'

/** What the training screen draws, computed from the session's snapshot: pure, `now` in epoch milliseconds. */
export interface TrainView {
  /** 'Round 7 of 40: training, epoch 1, 63 %, about 2 min left' */
  readonly sentence: string
  /** The same without numbers that move: for live regions. */
  readonly spoken: string
  readonly hint: string | undefined
  readonly paused: 'asked' | 'failed' | undefined
  /** What failed, while `paused` is 'failed'. */
  readonly problem: string | undefined
  readonly bar: { readonly phases: readonly Phase[]; readonly phase: number; readonly fraction: number }
  readonly curves: Curves
  readonly ledger: Ledger
  readonly roundLedger: Ledger
  readonly extras: readonly SentExtra[]
  readonly rounds: readonly PastRound[]
}

/** Something that updates hold beside the backbone, in bytes before they were sealed. */
export interface SentExtra {
  readonly name: string
  readonly thisRound: number
  readonly inAll: number
}

export interface Curves {
  readonly loss: { readonly xName: string; readonly x: readonly number[]; readonly values: readonly number[] }
  readonly accuracy: {
    readonly rounds: readonly number[]
    readonly localRank1: readonly (number | null)[]
    readonly globalRank1: readonly (number | null)[]
    readonly localMAP: readonly (number | null)[]
    readonly globalMAP: readonly (number | null)[]
  }
}

export type PastRound = Snapshot['rounds'][number]

/** A round's parts on the device, by about how long each takes. */
const parts = {
  downloading: { name: 'Download', share: 1 },
  evaluating: { name: 'Measure', share: 1 },
  training: { name: 'Train', share: 5 },
  looking: { name: 'Look', share: 1 },
  uploading: { name: 'Upload', share: 1 },
  waiting: { name: 'Wait', share: 2 },
} satisfies Record<string, Phase>

export function trainView(latest: Snapshot, roundLedger: Ledger, now: number): TrainView {
  const snapshot = withoutStaleWork(latest)
  const spoken = spokenState(snapshot)
  return {
    spoken,
    sentence: [spoken, ...movingParts(snapshot)].join(', '),
    hint: hintOf(snapshot, now),
    paused: snapshot.state === 'paused' ? (snapshot.because === 'failed' ? 'failed' : 'asked') : undefined,
    problem: snapshot.failure?.message,
    bar: barOf(snapshot),
    curves: curvesOf(snapshot),
    ledger: snapshot.ledger,
    roundLedger,
    extras: sentExtras(snapshot),
    rounds: snapshot.rounds.filter(({ outcome }) => outcome !== 'open'),
  }
}

/** A learner that is being stopped may still report a step; nothing is under way then. */
function withoutStaleWork({ work, ...rest }: Snapshot): Snapshot {
  const working = ['downloading', 'training', 'uploading', 'evaluating'].includes(rest.state)
  return working && work ? { ...rest, work } : rest
}

function spokenState(snapshot: Snapshot): string {
  const round = snapshot.work?.round ?? snapshot.status?.round ?? 0
  const head = `Round ${Math.max(1, round)} of ${snapshot.status?.rounds ?? snapshot.card?.rounds ?? 1}`
  switch (snapshot.state) {
    case 'idle':
    case 'connecting':
    case 'joining':
      return 'Connecting to the coordinator'
    case 'waiting':
      return waitingState(snapshot, head)
    case 'downloading':
      return `${head}: downloading ${snapshot.work?.download === 'public set' ? 'public images' : 'the model'}`
    case 'training':
      return `${head}: ${trainingState(snapshot)}`
    case 'uploading':
      return `${head}: uploading the sealed update`
    case 'evaluating':
      return `${head}: measuring the new model`
    case 'paused':
      return snapshot.because === 'failed' ? 'Training stopped on this device' : 'Paused on this device'
    case 'ended':
      return snapshot.because === 'left' ? 'You left this federation' : 'The federation has ended'
    case 'refused':
      return 'The coordinator refused this device'
  }
}

/** What is done while the session is in training. */
function trainingState({ work }: Snapshot): string {
  if (work?.phase === 'evaluating') return 'measuring the model to start from'
  return work?.phase === 'looking' ? 'looking at images' : 'training'
}

function waitingState({ status, rounds }: Snapshot, head: string): string {
  if (!status) return 'Waiting for the coordinator'
  if (status.state === 'ended') return 'The federation has ended'
  if (status.state === 'paused') return `${head}: the federation is paused`
  if (status.state === 'waiting')
    return `Waiting for the operator to start, ${plural(status.clients, 'participant')} here`
  if (rounds.some(({ round, outcome }) => round === status.round && outcome === 'counted'))
    return `${head}: your update counts, waiting for the others`
  if (status.clients < status.minClients)
    return `${head}: waiting for participants, ${status.clients} of ${status.minClients} are here`
  return `${head}: waiting for the next task`
}

function movingParts({ state, work }: Snapshot): readonly string[] {
  // What was downloaded, until the first step: it says nothing of training.
  if (!work || (state === 'training' && work.phase === 'downloading')) return []
  return [
    ...(work.training ? [epochOf(work.training)] : []),
    ...(work.looking ? [seenOf(work.looking)] : []),
    ...(work.fraction > 0 ? [formatFraction(work.fraction)] : []),
    ...(work.secondsLeft === undefined ? [] : [formatTimeLeft(work.secondsLeft)]),
  ]
}

function epochOf({ epoch, epochs }: { readonly epoch: number; readonly epochs: number }): string {
  return epochs > 1 ? `epoch ${epoch} of ${epochs}` : `epoch ${epoch}`
}

function seenOf({ at, seen, images }: LookingProgress): string {
  return `${formatCount(seen)} of ${formatCount(images)} ${at === 'own' ? 'of your own' : 'public ones'}`
}

/** Why a model looks at images once more. */
const looked = {
  own: 'Training is done. The strategy asks how far it moved your model, which shows on your own images. They stay here.',
  public: 'Training is done. The strategy asks what your model makes of images that belong to no participant.',
} as const

function hintOf({ state, status, work }: Snapshot, now: number): string | undefined {
  if (state === 'paused') return 'The others go on. Nothing that was counted is lost.'
  if (work?.looking) return looked[work.looking.at]
  if (work?.training && work.fraction === 0) return 'The first step prepares the device and takes longer.'
  if (state !== 'waiting' || !status?.deadline || status.deadline <= now) return undefined
  return `The round closes in ${formatSeconds((status.deadline - now) / 1_000)} at the latest.`
}

function barOf({ state, card, work, rounds, status }: Snapshot): TrainView['bar'] {
  const looks = work?.phase === 'looking' || (card && looksAfterTraining(card))
  const phases = Object.values(parts).filter((part) => looks || part !== parts.looking)
  if (work) return { phases, phase: phases.indexOf(parts[work.phase]), fraction: work.fraction }
  const counted = rounds.some(({ round, outcome }) => round === status?.round && outcome === 'counted')
  if (state === 'waiting' && counted) return { phases, phase: phases.indexOf(parts.waiting), fraction: 0 }
  return { phases, phase: 0, fraction: 0 }
}

/** Of updates that left, in the order in which they lie in them. */
function sentExtras({ rounds, status }: Snapshot): readonly SentExtra[] {
  const sent = new Map<string, SentExtra>()
  for (const { round, extras = [], bytesUp = 0 } of rounds) {
    if (bytesUp === 0) continue
    for (const { name, bytes } of extras) {
      const before = sent.get(name) ?? { name, thisRound: 0, inAll: 0 }
      const now = round === status?.round ? bytes : 0
      sent.set(name, { name, thisRound: before.thisRound + now, inAll: before.inAll + bytes })
    }
  }
  return [...sent.values()]
}

function curvesOf({ loss, rounds }: Snapshot): Curves {
  const measured = rounds.filter(({ local, global }) => local ?? global)
  const pick = (which: 'local' | 'global', metric: keyof LocalEvaluation) =>
    measured.map((round) => round[which]?.[metric] ?? null)
  return {
    loss: { xName: 'Rounds', x: loss.map(({ at }) => at), values: loss.map(({ loss }) => loss) },
    accuracy: {
      rounds: measured.map(({ round }) => round),
      localRank1: pick('local', 'rank1'),
      globalRank1: pick('global', 'rank1'),
      localMAP: pick('local', 'mAP'),
      globalMAP: pick('global', 'mAP'),
    },
  }
}

/** What was sent since an earlier state of the same ledger. */
export function ledgerSince(ledger: Ledger, earlier: Ledger): Ledger {
  const less = (a: Ledger['received'], b: Ledger['received']) => ({
    messages: a.messages - b.messages,
    bytes: a.bytes - b.bytes,
  })
  return {
    sent: {
      control: less(ledger.sent.control, earlier.sent.control),
      update: less(ledger.sent.update, earlier.sent.update),
      metrics: less(ledger.sent.metrics, earlier.sent.metrics),
      images: less(ledger.sent.images, earlier.sent.images),
    },
    received: less(ledger.received, earlier.received),
  }
}
