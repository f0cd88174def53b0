import {
  type SealedUpdate,
  type UpdateContext,
  clientId,
  createSigningKey,
  exportPublicKey,
  hex,
  importRoundKey,
  payloadHash,
  proveJoin,
  sealUpdate,
  sha256,
  utf8,
} from '@passerby/privacy'
import {
  type EdgeNotices,
  type EdgeRequests,
  type JoinReply,
  type PublishedModel,
  type Report,
  type Reply,
  type RoundConfig,
  type Signed,
  EDGE_NAMESPACE,
  PROTOCOL_VERSION,
  encodeUpdate,
} from '@passerby/protocol'
import { type Layout, canonicalLayout, updateLayoutOf, wholeLayout } from '@passerby/federation'
import { type Socket, io } from 'socket.io-client'
import { filled } from './model.ts'

/** One client's identity and what it would train: an update all of whose values are `value`, of weight `images`. */
export interface ScriptedIdentity {
  readonly keys: CryptoKeyPair
  readonly publicKey: string
  readonly id: string
  readonly alias: string
  readonly images: number
}

export async function newIdentity(alias: string, images = 10): Promise<ScriptedIdentity> {
  const keys = await createSigningKey()
  const publicKey = await exportPublicKey(keys.publicKey)
  return { keys, publicKey, id: await clientId(publicKey), alias, images }
}

/** A connection of a client that does exactly what it is told. */
export interface ScriptedConnection {
  readonly socket: Socket
  readonly nonce: string
  /** Every notice since the connection was made, oldest first. */
  readonly notices: readonly { readonly event: string; readonly notice: unknown }[]
  /** Sends anything; resolves with the answer, rejects when the connection ends before it. */
  ask(event: string, ...args: readonly unknown[]): Promise<Reply<unknown>>
  /** The first notice of this name that fits, past or to come. */
  notice<Event extends keyof EdgeNotices>(
    event: Event,
    fits?: (notice: EdgeNotices[Event]) => boolean,
  ): Promise<EdgeNotices[Event]>
  /** Resolves when the coordinator ended the connection. */
  readonly ended: Promise<string>
  close(): void
}

export async function connect(url: string): Promise<ScriptedConnection> {
  const socket = io(url + EDGE_NAMESPACE, { transports: ['websocket'], forceNew: true, reconnection: false })
  const notices: { event: string; notice: unknown }[] = []
  const listeners = new Set<() => void>()
  const ended = new Promise<string>((resolve) => socket.once('disconnect', resolve))
  const failed = new Promise<never>((_, reject) => socket.once('connect_error', reject))
  socket.onAny((event: string, notice: unknown) => {
    notices.push({ event, notice })
    for (const listener of listeners) listener()
  })
  const lost = async (what: string): Promise<never> => {
    throw new Error(`${what}: the connection ended (${await ended})`)
  }
  const connection: ScriptedConnection = {
    socket,
    nonce: '',
    notices,
    ended,
    ask: (event, ...args) =>
      Promise.race([new Promise<Reply<unknown>>((resolve) => void socket.emit(event, ...args, resolve)), lost(event)]),
    notice: (event, fits = () => true) =>
      Promise.race([
        new Promise<never>((resolve) => {
          const look = () => {
            const found = notices.find((one) => one.event === event && fits(one.notice as never))
            if (!found) return
            listeners.delete(look)
            resolve(found.notice as never)
          }
          listeners.add(look)
          look()
        }),
        lost(event),
      ]),
    close: () => void socket.disconnect(),
  }
  const hello = await Promise.race([connection.notice('hello'), failed])
  return Object.assign(connection, { nonce: hello.nonce })
}

export async function joinRequest(
  nonce: string,
  identity: ScriptedIdentity,
  { federation, token }: { readonly federation: string; readonly token: string },
): Promise<EdgeRequests['join']> {
  return {
    version: PROTOCOL_VERSION,
    federation,
    token,
    publicKey: identity.publicKey,
    proof: await proveJoin({ nonce, federation, token }, identity.keys.privateKey),
    alias: identity.alias,
    device: { name: 'Scripted', backend: 'wasm', imagesPerSecond: 100 },
    images: identity.images,
    hidden: false,
  }
}

export async function join(
  connection: ScriptedConnection,
  identity: ScriptedIdentity,
  to: { readonly federation: string; readonly token: string },
): Promise<JoinReply> {
  const reply = await connection.ask('join', await joinRequest(connection.nonce, identity, to))
  if (!reply.ok) throw new Error(`join: ${reply.refusal.code}: ${reply.refusal.message}`)
  return reply.value as JoinReply
}

export const configOf = (signed: Signed) =>
  JSON.parse(Buffer.from(signed.payload, 'base64url').toString('utf8')) as RoundConfig

export const publishedOf = (signed: Signed) =>
  JSON.parse(Buffer.from(signed.payload, 'base64url').toString('utf8')) as PublishedModel

/** The configuration of this session, of the first one without a number. Waits until the client is told to train. */
export async function trainTask(connection: ScriptedConnection, session?: number): Promise<Signed> {
  const task = await connection.notice(
    'task',
    (one) => one?.task === 'train' && (session === undefined || configOf(one.config).session === session),
  )
  if (task?.task !== 'train') throw new Error('no training was asked for')
  return task.config
}

/** Waits until the client is told to measure the model of this round, by itself or before it trains from it. */
export async function evaluateTask(connection: ScriptedConnection, round: number): Promise<void> {
  await connection.notice('task', (one) =>
    one?.task === 'train'
      ? one.measure && configOf(one.config).round === round + 1
      : one?.task === 'evaluate' && publishedOf(one.model).round === round,
  )
}

/** What a scripted client sends: a model, given whole or as the one value that all of its values are; and what goes beside it. */
export interface ScriptedUpdate {
  readonly layout: Layout
  readonly value: number | Float32Array
  /** Flat, in the order of the strategy's extras. */
  readonly extras?: Float32Array
}

/** What a client would upload in the session that the configuration opens. */
export async function seal(
  config: Signed,
  identity: ScriptedIdentity,
  { layout, value, extras = new Float32Array() }: ScriptedUpdate,
): Promise<SealedUpdate> {
  const { round, strategy, local, publicSet } = configOf(config)
  const about = { round, embedding: local.embedding, publicImages: publicSet?.images ?? 0 }
  const whole = wholeLayout(updateLayoutOf(strategy, layout, about))
  const model = typeof value === 'number' ? filled(layout, value).values : value
  const values = Float32Array.from([...model, ...extras])
  return await sealBytes(config, identity, encodeUpdate(whole, { values, weight: identity.images }), whole)
}

/** `layout`: of the update, where it is not the model's. */
export async function sealBytes(
  config: Signed,
  identity: ScriptedIdentity,
  plaintext: Uint8Array,
  layout?: Layout,
): Promise<SealedUpdate> {
  const { federation, round, session, model, sealTo } = configOf(config)
  const context: UpdateContext = {
    federation,
    round,
    session,
    client: identity.id,
    config: await payloadHash(config),
    baseModel: model.sha256,
    layout: layout ? hex(await sha256(utf8(canonicalLayout(layout)))) : model.layout,
    mode: 'sealed',
    kind: 'update',
  }
  return await sealUpdate(context, plaintext, {
    round: await importRoundKey(sealTo),
    identity: identity.keys.privateKey,
  })
}

export const reportOf = (identity: ScriptedIdentity): Report => ({
  images: identity.images,
  loss: 1,
  trainSeconds: 0.1,
})

/** Sends what is not held yet and commits. The first refusal, or the answer to the commit. */
export async function upload(
  connection: Pick<ScriptedConnection, 'ask'>,
  { header, enc, chunks, signature }: SealedUpdate,
  report: Report,
): Promise<Reply<unknown>> {
  const { session } = header
  const begun = await connection.ask('update.begin', { header, enc })
  if (!begun.ok) return begun
  const { held } = begun.value as { held: [number, number][] }
  for (const [index, chunk] of chunks.entries()) {
    if (held.some(([first, last]) => first <= index && index <= last)) continue
    const taken = await connection.ask('update.chunk', { session, index }, chunk)
    if (!taken.ok) return taken
  }
  return await connection.ask('update.commit', { session, signature, report })
}
