import * as v from 'valibot'
import {
  Base64Url,
  ClientId,
  FederationId,
  Round,
  Session,
  Sha256,
  Signed,
  count,
  duration,
  finite,
  fraction,
  percentage,
  positive,
  text,
  time,
} from './wire-types.ts'

/**
 * The namespace `/edge`: everything that a participant and a coordinator say to each other. Schemas are strict for
 * what a client sends: an unknown field is refused, so nothing can be smuggled beside the protocol.
 */
export const PROTOCOL_VERSION = 1
export const EDGE_NAMESPACE = '/edge'

/** Plaintext bytes of one chunk of a sealed update; the last may be shorter. */
export const CHUNK_BYTES = 262_144
/** socket.io's limit for one message, both ways. */
export const MESSAGE_LIMIT_BYTES = 1_048_576

/** Percentages over a client's own validation identities, and how long it took to measure them. */
export const Evaluation = v.strictObject({
  rank1: percentage,
  rank5: percentage,
  rank10: percentage,
  mAP: percentage,
  queries: positive(10_000_000),
  /** 0 from runs of before it was told. */
  seconds: v.optional(duration, 0),
})
export type Evaluation = v.InferOutput<typeof Evaluation>

/** J: what a client says of itself. `proof` signs the server's nonce, the federation and the token's hash. */
export const Join = v.strictObject({
  version: v.literal(PROTOCOL_VERSION),
  federation: FederationId,
  token: v.pipe(v.string(), v.maxLength(2_048), v.regex(/^[A-Za-z0-9_.-]+$/)),
  publicKey: Base64Url,
  proof: Base64Url,
  alias: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(40)),
  device: v.strictObject({
    name: text(120),
    backend: v.picklist(['webgpu', 'wasm']),
    imagesPerSecond: v.pipe(v.number(), v.minValue(0), v.maxValue(1e7)),
  }),
  /** Training images on the device. */
  images: positive(100_000_000),
  /** Visibility of the page: a hidden tab is slower, and the operator sees why. */
  hidden: v.boolean(),
})
export type Join = v.InferOutput<typeof Join>

/** R: fire-and-forget, at most two a second, and one when another phase begins. */
export const Progress = v.strictObject({
  session: Session,
  phase: v.picklist(['downloading', 'training', 'looking', 'uploading', 'evaluating']),
  fraction,
  hidden: v.boolean(),
})
export type Progress = v.InferOutput<typeof Progress>

/** U: the header of a sealed update, exactly the bytes of which every chunk is bound to. */
export const UpdateHeader = v.strictObject({
  v: v.literal(PROTOCOL_VERSION),
  federation: FederationId,
  round: Round,
  session: Session,
  client: ClientId,
  /** SHA-256 of the signed round configuration's payload bytes. */
  config: Sha256,
  baseModel: Sha256,
  layout: Sha256,
  mode: v.literal('sealed'),
  kind: v.literal('update'),
  /** Plaintext length. */
  bytes: positive(2 ** 31),
  chunk: v.literal(CHUNK_BYTES),
  chunks: positive(10_000),
})
export type UpdateHeader = v.InferOutput<typeof UpdateHeader>

export const UpdateBegin = v.strictObject({ header: UpdateHeader, enc: Base64Url })
export type UpdateBegin = v.InferOutput<typeof UpdateBegin>
/** Sent with the chunk's bytes as a second, binary argument. */
export const UpdateChunk = v.strictObject({ session: Session, index: count(10_000) })
export type UpdateChunk = v.InferOutput<typeof UpdateChunk>

/** What is told beside an update, in the open, and shown to the participant by name. */
export const Report = v.strictObject({
  images: positive(100_000_000),
  loss: finite,
  trainSeconds: duration,
})
export type Report = v.InferOutput<typeof Report>
export const UpdateCommit = v.strictObject({ session: Session, signature: Base64Url, report: Report })
export type UpdateCommit = v.InferOutput<typeof UpdateCommit>

/**
 * R: a model of `round` on the client's own validation identities, null when it holds none: the global one, or the one
 * that the client itself trained and uploaded.
 */
export const Evaluated = v.strictObject({
  round: Round,
  model: v.picklist(['global', 'local']),
  evaluation: v.nullable(Evaluation),
})
export type Evaluated = v.InferOutput<typeof Evaluated>

/** R: the client will send nothing for the open round. `failed` names the step, never the data. */
export const Withdraw = v.strictObject({ reason: v.picklist(['paused', 'left', 'failed']), message: text(200) })
export type Withdraw = v.InferOutput<typeof Withdraw>

/** Client → coordinator: event name → request schema. Every one but `progress` is acknowledged with a `Reply`. */
export const edgeRequests = {
  join: Join,
  progress: Progress,
  'update.begin': UpdateBegin,
  'update.chunk': UpdateChunk,
  'update.commit': UpdateCommit,
  evaluated: Evaluated,
  withdraw: Withdraw,
  /** After a pause: willing to train again. */
  return: v.strictObject({}),
} as const
export type EdgeRequests = { [Event in keyof typeof edgeRequests]: v.InferOutput<(typeof edgeRequests)[Event]> }

/** What the coordinator wants of this client now; null: nothing until the next notice. */
const Task = v.nullable(
  v.variant('task', [
    /**
     * `accepted`: this client's update already counts in this session. `measure`: the model that it starts from is the
     * last round's, which it measures first.
     */
    v.object({ task: v.literal('train'), config: Signed, accepted: v.boolean(), measure: v.boolean() }),
    v.object({ task: v.literal('evaluate'), model: Signed }),
  ]),
)
export const EdgeStatus = v.object({
  state: v.picklist(['waiting', 'running', 'paused', 'ended']),
  /** The round that is open or comes next, and how many are planned. */
  round: count(1_000_000),
  rounds: positive(1_000_000),
  /** Clients connected, and how many a round needs. */
  clients: count(1_000_000),
  minClients: positive(10_000),
  /** Epoch milliseconds by the coordinator's clock; `deadline` null when nothing is open. */
  now: time,
  deadline: v.nullable(time),
})
export type EdgeStatus = v.InferOutput<typeof EdgeStatus>

/** Answers, where they are more than an empty object. */
export const edgeReplies = {
  join: v.object({ client: ClientId, status: EdgeStatus, task: Task }),
  /** Indices of chunks that the coordinator already holds, as inclusive ranges. */
  'update.begin': v.object({ held: v.array(v.tuple([count(10_000), count(10_000)])) }),
} as const
export type JoinReply = v.InferOutput<(typeof edgeReplies)['join']>
export type EdgeTask = NonNullable<JoinReply['task']>

/** Coordinator → client. */
export const edgeNotices = {
  /** First after connecting: what `proof` signs. */
  hello: v.object({ version: v.number(), nonce: Base64Url }),
  status: EdgeStatus,
  task: Task,
  /** A model that is being published, to be fetched ahead: nothing is done with it before a signed statement names it. */
  'model.ready': v.object({ sha256: Sha256, bytes: count(2 ** 31) }),
  /** The open session is void: abandon it. */
  'session.aborted': v.object({ session: Session, reason: text(200) }),
  /** The same identity joined elsewhere, the token was revoked, it was taken out, or the federation ended. The connection closes. */
  dismissed: v.object({
    code: v.picklist(['replaced', 'revoked-token', 'excluded', 'federation-ended']),
    message: text(500),
  }),
} as const
export type EdgeNotices = { [Event in keyof typeof edgeNotices]: v.InferOutput<(typeof edgeNotices)[Event]> }
