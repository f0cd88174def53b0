/** What a page draws of a participant: plain JSON, a new object on every change. */
import type { EdgeStatus, FederationCard } from '@passerby/protocol'
import type { LearnerProgress, LocalEvaluation, LocalOutcome, LookingProgress } from './learner.ts'
import { emptyLedger } from './ledger.ts'
import type { Ledger } from './ledger.ts'
import type { Link, Session, SessionRefusal } from './session-types.ts'

export interface Snapshot {
  readonly state: Session['state']
  /** Why it is paused or ended. */
  readonly because?: 'asked' | 'failed' | 'completed' | 'left'
  readonly connection: Connection
  readonly client?: string
  readonly card?: FederationCard
  readonly status?: RunStatus
  /** What is under way, of the round named. */
  readonly work?: Work
  readonly loss: readonly LossPoint[]
  /** Oldest first. */
  readonly rounds: readonly RoundView[]
  readonly ledger: Ledger
  readonly refusal?: SessionRefusal
  /** The last thing that failed, until work goes on. */
  readonly failure?: { readonly at: number; readonly message: string }
}

/** `since`: when this began, by this device's clock. */
export interface Connection {
  readonly link: Link | 'offline'
  readonly since: number
}

/** The run as the coordinator last told it; `deadline` by this device's clock. */
export interface RunStatus extends Omit<EdgeStatus, 'now'> {
  readonly skewMs: number
}

export type Phase = 'downloading' | 'training' | 'looking' | 'evaluating' | 'uploading'

/** What a round starts from. */
export type Download = 'model' | 'public set'

export interface Work {
  readonly round: number
  readonly phase: Phase
  /** Of this phase, 0 to 1. */
  readonly fraction: number
  readonly since: number
  /** By the pace of this phase so far, once that can be told. */
  readonly secondsLeft?: number
  readonly download?: Download
  readonly training?: LearnerProgress
  readonly looking?: LookingProgress
}

/** `at`: rounds done, with the fraction of the present one, so that curves of unequal rounds line up. */
export interface LossPoint {
  readonly at: number
  readonly loss: number
}

/** One round as this client lived it. `local`: its own model, as it is uploaded; `global`: the model of all. */
export interface RoundView {
  readonly round: number
  readonly outcome: 'open' | 'counted' | 'dropped' | 'aborted' | 'failed' | 'watched'
  readonly images?: number
  readonly loss?: number
  readonly trainSeconds?: number
  readonly local?: LocalEvaluation
  readonly global?: LocalEvaluation
  readonly bytesUp?: number
  /** What the update carries beside the backbone, as it lies in it; empty where it carries nothing else. */
  readonly extras?: readonly ExtraView[]
}

/** `bytes`: before sealing. */
export interface ExtraView {
  readonly name: string
  readonly bytes: number
}

const longestCurve = 2_000
const tellableFraction = 0.03

export function firstSnapshot(now: number): Snapshot {
  return { state: 'idle', connection: { link: 'offline', since: now }, loss: [], rounds: [], ledger: emptyLedger }
}

/** Where the machine is now. Work, refusal and reasons of the state before are gone. */
export function withSession(snapshot: Snapshot, session: Session, now: number): Snapshot {
  const { because: _, refusal: __, work, ...rest } = snapshot
  const link = linkShown(session)
  const connection = link === snapshot.connection.link ? snapshot.connection : { link, since: now }
  const working = ['downloading', 'training', 'uploading', 'evaluating'].includes(session.state)
  return {
    ...rest,
    state: session.state,
    connection,
    ...('because' in session && { because: session.because }),
    ...(session.state === 'refused' && { refusal: session.refusal }),
    ...(working && work && { work }),
  }
}

function linkShown(session: Session): Connection['link'] {
  if ('link' in session) return session.link
  if (session.state === 'idle' || session.state === 'ended' || session.state === 'refused') return 'offline'
  return session.state === 'connecting' || session.state === 'joining' ? session.state : 'joined'
}

/** The coordinator's status, its clock turned into ours. */
export function withStatus(
  snapshot: Snapshot,
  { now: theirs, deadline, ...status }: EdgeStatus,
  now: number,
): Snapshot {
  const skewMs = theirs - now
  return { ...snapshot, status: { ...status, deadline: deadline === null ? null : deadline - skewMs, skewMs } }
}

export function withWork(snapshot: Snapshot, step: Omit<Work, 'since' | 'secondsLeft'>, now: number): Snapshot {
  const before = snapshot.work
  // What begins again, a round anew or the next look at images, has a pace of its own.
  const same = before?.phase === step.phase && before.round === step.round && before.fraction <= step.fraction
  const since = same ? before.since : now
  const seconds = (now - since) / 1000
  const { failure: _, ...rest } = snapshot
  return {
    ...rest,
    work: {
      ...step,
      since,
      ...(step.fraction > tellableFraction && { secondsLeft: (seconds * (1 - step.fraction)) / step.fraction }),
    },
  }
}

/**
 * Adds a point to the curve. A round that is trained anew takes the place of what was drawn of it; a long curve loses
 * every other point of what it has.
 */
export function withLoss(snapshot: Snapshot, point: LossPoint): Snapshot {
  const earlier = snapshot.loss.filter(({ at }) => at < point.at)
  const kept = earlier.length < longestCurve ? earlier : earlier.filter((_, index) => index % 2 === 0)
  return { ...snapshot, loss: [...kept, point] }
}

/** Adds to what is known of one round. */
export function withRound(snapshot: Snapshot, round: number, known: Partial<Omit<RoundView, 'round'>>): Snapshot {
  const before = snapshot.rounds.find((view) => view.round === round) ?? { round, outcome: 'watched' as const }
  const others = snapshot.rounds.filter((view) => view.round !== round)
  return { ...snapshot, rounds: [...others, { ...before, ...known }].sort((a, b) => a.round - b.round) }
}

export function trainedRound({ images, loss, seconds }: LocalOutcome): Partial<RoundView> {
  return { images, loss, trainSeconds: seconds }
}
