import * as v from 'valibot'
import { Evaluation } from './edge.ts'
import { FederationSettings } from './settings.ts'
import {
  ClientId,
  FederationId,
  Round,
  Session,
  Sha256,
  count,
  finite,
  fraction,
  percentage,
  positive,
  text,
  time,
} from './wire-types.ts'

/** The namespace `/operator`: what the dashboard sees and commands. Authenticated by the operator's token. */
export const OPERATOR_NAMESPACE = '/operator'

/** socket.io's `auth` of this namespace. A wrong one ends in `connect_error` whose `data` is a `Refusal`. */
export const OperatorAuth = v.strictObject({ token: text(200) })
export type OperatorAuth = v.InferOutput<typeof OperatorAuth>

export const FederationState = v.picklist(['waiting', 'running', 'paused', 'ended'])

export const FederationSummary = v.object({
  id: FederationId,
  name: text(80),
  strategy: text(40),
  backbone: text(64),
  state: FederationState,
  round: count(1_000_000),
  rounds: positive(1_000_000),
  /** Connected clients. */
  clients: count(1_000_000),
  /** Mean mAP over clients of the global model, by evaluated round, oldest first, at most the last 60. */
  mAP: v.array(percentage),
  lastEvent: v.nullable(v.object({ at: time, message: text(300) })),
  createdAt: time,
})
export type FederationSummary = v.InferOutput<typeof FederationSummary>

/** That a client is taken out of its federation: who decided it, and why; empty where no reason was given. */
export const Exclusion = v.object({ at: time, by: v.picklist(['operator', 'coordinator']), reason: text(300) })
export type Exclusion = v.InferOutput<typeof Exclusion>

export const ClientView = v.object({
  id: ClientId,
  alias: text(40),
  device: v.object({ name: text(120), backend: text(20), imagesPerSecond: finite }),
  images: count(100_000_000),
  state: v.picklist([
    'waiting',
    'downloading',
    'training',
    /** Its models look at images, after training, as the strategy wants. */
    'looking',
    'uploading',
    'done',
    'evaluating',
    'paused',
    'late',
    'gone',
  ]),
  /** Of the present phase, 0 to 1. */
  fraction,
  hidden: v.boolean(),
  lastSeen: time,
  /**
   * In the open session, whether it is here or not: `drawn` into it, or `counted`, its update being in the sum. Null:
   * neither, or nothing is open.
   */
  part: v.nullable(v.picklist(['drawn', 'counted'])),
  /** Null for one that may take part. */
  excluded: v.nullable(Exclusion),
  /** Share of the sum in the last round, null before. */
  weight: v.nullable(fraction),
  bytesUp: count(Number.MAX_SAFE_INTEGER),
  bytesDown: count(Number.MAX_SAFE_INTEGER),
})
export type ClientView = v.InferOutput<typeof ClientView>

/** One client in one round. */
export const Contribution = v.object({
  client: ClientId,
  alias: text(40),
  outcome: v.picklist(['counted', 'late', 'withdrew', 'missing']),
  weight: v.nullable(fraction),
  /** The weight as the client told it: images, or the cosine distance of its models. */
  told: v.nullable(finite),
  images: v.nullable(count(100_000_000)),
  loss: v.nullable(finite),
  trainSeconds: v.nullable(finite),
  /** The local model before upload, and the new global model, on the client's own validation identities. */
  local: v.nullable(Evaluation),
  global: v.nullable(Evaluation),
})
export type Contribution = v.InferOutput<typeof Contribution>

export const RoundRecord = v.object({
  round: Round,
  session: Session,
  outcome: v.picklist(['open', 'published', 'aborted']),
  startedAt: time,
  /** Seconds by phase, so far. */
  seconds: v.object({ training: finite, aggregating: finite, evaluating: finite }),
  bytesUp: count(Number.MAX_SAFE_INTEGER),
  bytesDown: count(Number.MAX_SAFE_INTEGER),
  contributions: v.array(Contribution),
  /** Weighted by images, over counted clients. */
  loss: v.nullable(finite),
  /** Global model: mean over clients that measured it, and the worst of them. */
  global: v.nullable(
    v.object({
      rank1: percentage,
      mAP: percentage,
      worstRank1: percentage,
      worstMAP: percentage,
      clients: count(1_000_000),
    }),
  ),
  /** Local models before upload: mean over clients. */
  local: v.nullable(v.object({ rank1: percentage, mAP: percentage })),
  model: v.nullable(v.object({ sha256: Sha256, bytes: count(2 ** 31) })),
  /** Clients that share a model of their own from this round on; empty where there is one for all. */
  groups: v.array(v.object({ clients: v.array(ClientId), model: v.object({ sha256: Sha256, bytes: count(2 ** 31) }) })),
  /** Why they were put together: cosine similarities of every two clients, row by row. */
  similarity: v.nullable(v.object({ clients: v.array(ClientId), values: v.array(finite) })),
  /** That the model was taught by the clients', on so many public images. */
  distilled: v.nullable(v.object({ images: count(1_000_000), seconds: finite })),
})
export type RoundRecord = v.InferOutput<typeof RoundRecord>

export const RunEventView = v.object({
  id: count(Number.MAX_SAFE_INTEGER),
  at: time,
  level: v.picklist(['note', 'warning', 'error']),
  kind: text(40),
  message: text(300),
  round: v.nullable(Round),
  client: v.nullable(ClientId),
})
export type RunEventView = v.InferOutput<typeof RunEventView>

export const InviteView = v.object({
  id: text(40),
  label: text(80),
  createdAt: time,
  expiresAt: time,
  revoked: v.boolean(),
  uses: count(1_000_000),
})
export type InviteView = v.InferOutput<typeof InviteView>

/** Where the run is, in the words of the round machine. */
export const PhaseView = v.variant('phase', [
  v.object({ phase: v.literal('idle') }),
  v.object({ phase: v.literal('open'), round: Round, present: count(1_000_000), needed: positive(10_000) }),
  v.object({
    phase: v.literal('training'),
    round: Round,
    cohort: count(1_000_000),
    accepted: count(1_000_000),
    needed: positive(10_000),
    deadline: time,
  }),
  /** `pausing`: a pause was asked for and begins when this round is closed. */
  v.object({ phase: v.literal('aggregating'), round: Round, pausing: v.optional(v.literal(true)) }),
  v.object({
    phase: v.literal('evaluating'),
    round: Round,
    waiting: count(1_000_000),
    deadline: time,
    pausing: v.optional(v.literal(true)),
  }),
  v.object({ phase: v.literal('paused'), round: Round }),
  v.object({ phase: v.literal('ended'), rounds: count(1_000_000), reason: v.picklist(['completed', 'stopped']) }),
])
export type PhaseView = v.InferOutput<typeof PhaseView>

/** One federation without its rounds and events, sent whole on every change, at most twice a second. */
export const FederationView = v.object({
  summary: FederationSummary,
  settings: FederationSettings,
  phase: PhaseView,
  now: time,
  initialModel: v.object({ sha256: Sha256, bytes: count(2 ** 31) }),
  updateBytes: count(2 ** 31),
  fingerprint: v.object({ base64url: text(64), words: text(200) }),
  clients: v.array(ClientView),
  invites: v.array(InviteView),
})
export type FederationView = v.InferOutput<typeof FederationView>

/** Operator → coordinator, acknowledged with a `Reply`. */
export const operatorRequests = {
  /** Receive `federations` from now on. */
  list: v.strictObject({}),
  /** Receive `federation`, `round` and `event` of this federation from now on; null: of none. */
  watch: v.strictObject({ federation: v.nullable(FederationId) }),
  /** `model`: SHA-256 of an initial model that was uploaded before. */
  create: v.strictObject({ settings: FederationSettings, model: Sha256 }),
  start: v.strictObject({ federation: FederationId }),
  pause: v.strictObject({ federation: FederationId }),
  resume: v.strictObject({ federation: FederationId }),
  stop: v.strictObject({ federation: FederationId }),
  invite: v.strictObject({ federation: FederationId, label: text(80), hours: positive(24 * 365) }),
  revoke: v.strictObject({ federation: FederationId, invite: text(40) }),
  /** Takes a client out until it is readmitted. It is told the reason, which may be empty. */
  exclude: v.strictObject({ federation: FederationId, client: ClientId, reason: text(200) }),
  readmit: v.strictObject({ federation: FederationId, client: ClientId }),
} as const
export type OperatorRequests = {
  [Event in keyof typeof operatorRequests]: v.InferOutput<(typeof operatorRequests)[Event]>
}

/** Answers, where they are more than an empty object. */
export const operatorReplies = {
  list: v.object({ federations: v.array(FederationSummary) }),
  watch: v.object({
    federation: v.nullable(FederationView),
    rounds: v.array(RoundRecord),
    events: v.array(RunEventView),
  }),
  create: v.object({ federation: FederationId }),
  /** The whole path with its fragment: `/join/<federation>#k=<fingerprint>&t=<token>`. */
  invite: v.object({ invite: InviteView, path: text(4_096) }),
} as const
export type OperatorReplies = {
  [Event in keyof typeof operatorReplies]: v.InferOutput<(typeof operatorReplies)[Event]>
}

/** Coordinator → operator. A `round` replaces the one with the same session. */
export const operatorNotices = {
  federations: v.array(FederationSummary),
  federation: FederationView,
  round: v.object({ federation: FederationId, record: RoundRecord }),
  event: v.object({ federation: FederationId, event: RunEventView }),
} as const
export type OperatorNotices = {
  [Event in keyof typeof operatorNotices]: v.InferOutput<(typeof operatorNotices)[Event]>
}
