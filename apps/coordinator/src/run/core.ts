import {
  type Layout,
  type RoundMachine,
  type RunEffect,
  type RunPlan,
  type SharedState,
  type UpdateLayout,
  canonicalLayout,
  updateLayoutOf,
  wholeLayout,
} from '@passerby/federation'
import { hex, sha256, utf8 } from '@passerby/privacy'
import {
  type FederationSettings,
  type PublicSet,
  type RunEventView,
  type Signed,
  updateBytes,
} from '@passerby/protocol'
import type { Keys } from '../keys.ts'
import type { Learners, OpenLearner } from '../learner/learners.ts'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import type { BlobName, BlobStore } from '../store/blobs.ts'
import type { Database } from '../store/database.ts'
import type { Envelopes } from '../store/envelopes.ts'
import type { Journal } from '../store/journal.ts'
import type { ModelRows } from '../store/models.ts'
import type { SessionRow } from '../store/sessions.ts'
import type { Aggregation } from './aggregation.ts'
import type { Member } from './member.ts'
import type { OpenSession } from './open-session.ts'
import type { Queue } from './queue.ts'
import type { KeptState } from './server-state.ts'
import type { Standing } from './standing.ts'

/** What every run of a coordinator shares. */
export interface Surroundings {
  readonly db: Database
  readonly journal: Journal
  readonly blobs: BlobStore
  readonly models: ModelRows
  readonly envelopes: Envelopes
  readonly keys: Keys
  readonly log: Log
  readonly metrics: Metrics
  readonly learners: Learners
  readonly now: () => number
}

/** The parameters that travel in a federation: the same in every round. */
export interface Travelling {
  readonly layout: Layout
  readonly layoutHash: string
}

/** A run as it lives in this process. Only `apply.ts`, `effects.ts` and `aggregate.ts` change its machine and its session. */
export interface RunCore {
  readonly around: Surroundings
  readonly id: string
  readonly settings: FederationSettings
  readonly plan: RunPlan
  readonly travelling: Travelling
  readonly initialModel: BlobName
  /** Null where the strategy looks at no public images. */
  readonly publicSet: PublicSet | null
  readonly createdAt: number
  readonly events: Queue
  /** Updates are opened one at a time, so that memory does not grow with the number of clients. */
  readonly openings: Queue
  /** Effects that are journalled and not yet done, in order. */
  readonly outbox: RunEffect[]
  /** Everyone who ever joined. */
  readonly members: Map<string, Member>
  machine: RoundMachine
  /** What the server knows, and the numbers of what everyone shares, once this process has made them. Groups' models stay on disk. */
  kept: KeptState
  shared: SharedState | undefined
  open: OpenSession | undefined
  /** The aggregation that was begun last. */
  aggregation: Aggregation | undefined
  /** How often in a row the present round was abandoned for what nobody is named for. */
  abandoned: { readonly round: number; readonly times: number } | undefined
  /** What teaches the model beside this process, once it was needed. */
  learner: OpenLearner | undefined
  /** The newest model that this process published. */
  published: { readonly round: number; readonly session: number; readonly statement: Signed } | undefined
  /** Bytes of the present session that its row does not hold yet. */
  traffic: { up: number; down: number }
  /** What the views show of the closed rounds; `undefined` until somebody looks, and again when it has changed. */
  standing: Promise<Standing> | undefined
  /** Sessions whose key and updates are not needed any more and not gone yet. */
  readonly closing: Set<number>
  /** Files of what the strategy remembered in earlier rounds, and when another took their place. */
  readonly outdated: Map<string, number>
  /** The key of the coming session, on disk already. */
  spareKey: { readonly round: number; readonly session: number; readonly pair: CryptoKeyPair } | undefined
  /** Rows of the newest sessions, but for what is counted in them. */
  readonly rows: Map<number, SessionRow>
  lastEvent: { readonly at: number; readonly message: string } | null
  timer: ReturnType<typeof setTimeout> | undefined
  closed: boolean
  /** Called after every change, with the events that were journalled. */
  changed(events: readonly RunEventView[]): void
}

export function planOf(settings: FederationSettings): RunPlan {
  const { cohort } = settings
  return {
    rounds: settings.rounds,
    seed: settings.seed,
    evaluateEvery: settings.evaluateEvery,
    minClients: cohort.minClients,
    fraction: cohort.fraction,
    deadlineMs: cohort.deadlineSeconds * 1000,
    graceMs: cohort.graceSeconds * 1000,
    evaluationMs: cohort.evaluationSeconds * 1000,
  }
}

/** How the updates of a round lie. */
export function updateLayoutIn(
  { settings, travelling, publicSet }: Pick<RunCore, 'settings' | 'travelling' | 'publicSet'>,
  round: number,
): UpdateLayout {
  const { embedding } = settings.local
  return updateLayoutOf(settings.strategy, travelling.layout, {
    round,
    embedding,
    publicImages: publicSet?.images ?? 0,
  })
}

/** Bytes of one encoded update of the round that is open or comes next. */
export function updateBytesIn(core: RunCore): number {
  return updateBytes(wholeLayout(updateLayoutIn(core, roundOf(core))))
}

/** What identifies a layout on the wire. */
export async function layoutHash(layout: Layout): Promise<string> {
  return hex(await sha256(utf8(canonicalLayout(layout))))
}

/** The round that is open or comes next; of an ended run, the last one. */
export function roundOf({ machine: { run } }: RunCore): number {
  if (run.state === 'idle') return 1
  return run.state === 'ended' ? run.rounds : run.round
}

/** Rounds whose model is published. */
export function roundsDone({ machine: { run } }: RunCore): number {
  if (run.state === 'idle') return 0
  if (run.state === 'ended') return run.rounds
  return run.state === 'evaluating' ? run.round : run.round - 1
}
