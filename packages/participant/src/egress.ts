/**
 * The one module through which bytes leave a tab. It can send three things: requests whose every field its protocol
 * schema knows, chunks of an update that was sealed here (or is proved to have been), and GETs of the protocol's paths.
 * Anything else is refused with `RangeError`, and everything is counted in the ledger.
 */
import { concat, sealUpdate, verifyUpdate } from '@passerby/privacy'
import type { SealedUpdate } from '@passerby/privacy'
import { EDGE_NAMESPACE, edgeReplies, edgeRequests, parse, reply } from '@passerby/protocol'
import type { EdgeRequests, Reply } from '@passerby/protocol'
import { io } from 'socket.io-client'
import type { Socket } from 'socket.io-client'
import * as v from 'valibot'
import { ParticipantError } from './errors.ts'
import { emptyLedger, withReceived, withSent } from './ledger.ts'
import type { Ledger, LedgerKind } from './ledger.ts'

/** Longest wait for the answer to one message, a 256 KiB chunk on a slow line included. */
export const answerMs = 30_000
/** socket.io doubles the pause between attempts, within these bounds, with its own jitter. */
const firstReconnectMs = 500
const longestReconnectMs = 10_000

/** Sees every plaintext that is handed to sealing: for tests, which assert that it is the encoded update. */
export type SealSpy = (plaintext: Uint8Array) => void

export interface EgressOptions {
  /** The coordinator's origin, e.g. `https://coordinator.example`. */
  readonly origin: string
  readonly spy?: SealSpy
  readonly onLedger?: (ledger: Ledger) => void
}

export interface EdgeListeners {
  /** `dropped`: the coordinator closed the connection on purpose, so that nothing reconnects by itself. */
  readonly onLost: (dropped: boolean) => void
  /** Every notice, unparsed, in order. */
  readonly onNotice: (event: string, message: unknown) => void
}

type Answered = Exclude<keyof EdgeRequests, 'progress' | 'update.chunk'>
type ReplySchemas = typeof edgeReplies
export type AnswerTo<Event> = Event extends keyof ReplySchemas ? v.InferOutput<ReplySchemas[Event]> : object

const kinds: Readonly<Record<keyof EdgeRequests, LedgerKind>> = {
  join: 'control',
  progress: 'control',
  'update.begin': 'control',
  'update.chunk': 'update',
  'update.commit': 'metrics',
  evaluated: 'metrics',
  withdraw: 'control',
  return: 'control',
}

export type Egress = ReturnType<typeof openEgress>

export function openEgress(options: EgressOptions) {
  const sealedHere = new WeakSet<SealedUpdate>()
  let ledger = emptyLedger
  const socket: Socket = io(options.origin + EDGE_NAMESPACE, {
    transports: ['websocket'],
    forceNew: true,
    autoConnect: false,
    reconnectionDelay: firstReconnectMs,
    reconnectionDelayMax: longestReconnectMs,
  })

  function count(next: Ledger): void {
    ledger = next
    options.onLedger?.(ledger)
  }

  /** The message as its schema has it. */
  function checked(event: keyof EdgeRequests, message: unknown): object {
    const parsed = parse(edgeRequests[event], message)
    if (!parsed.ok) throw new RangeError(`egress: '${event}' may not leave: ${parsed.refusal.message}`)
    return parsed.value
  }

  async function emit(event: keyof EdgeRequests, parts: readonly unknown[], signal: AbortSignal): Promise<unknown> {
    signal.throwIfAborted()
    if (!socket.connected) throw new ParticipantError('offline', 'There is no connection to the coordinator.')
    count(withSent(ledger, kinds[event], sizeOf(parts)))
    return await new Promise((resolve, reject) => {
      const abort = () => reject(signal.reason)
      signal.addEventListener('abort', abort, { once: true })
      socket.timeout(answerMs).emit(event, ...parts, (error: Error | null, answer: unknown) => {
        signal.removeEventListener('abort', abort)
        if (error === null) resolve(answer)
        else reject(new ParticipantError('no-answer', 'The coordinator did not answer.', { cause: error }))
      })
    })
  }

  return {
    /** Connects and goes on reconnecting, with growing pauses, until `close`. */
    connect(listeners: EdgeListeners): void {
      socket.removeAllListeners()
      socket.on('disconnect', (reason) => listeners.onLost(reason === 'io server disconnect'))
      socket.onAny(listeners.onNotice)
      socket.connect()
    },

    /** Drops the connection, if there is one, and begins a fresh one. */
    reconnect(): void {
      socket.disconnect()
      socket.connect()
    },

    /** One acknowledged request. Rejects with `ParticipantError` (offline, no-answer) or the signal's reason. */
    async request<Event extends Answered>(
      event: Event,
      message: EdgeRequests[Event],
      signal: AbortSignal,
    ): Promise<Reply<AnswerTo<Event>>> {
      const schema: v.GenericSchema = event in edgeReplies ? edgeReplies[event as keyof ReplySchemas] : v.object({})
      const answer = readReply(schema, await emit(event, [checked(event, message)], signal))
      return answer as Reply<AnswerTo<Event>>
    },

    /** Fire and forget; dropped while there is no connection. */
    tellProgress(message: EdgeRequests['progress']): void {
      if (!socket.connected) return
      const progress = checked('progress', message)
      count(withSent(ledger, kinds.progress, sizeOf([progress])))
      socket.volatile.emit('progress', progress)
    },

    /** Chunk `index` of an update that `seal` made or `adopt` recognised. */
    async sendChunk(sealed: SealedUpdate, index: number, signal: AbortSignal): Promise<Reply<object>> {
      const chunk = sealed.chunks.at(index)
      if (!sealedHere.has(sealed) || chunk === undefined) throw new RangeError('egress: this was not sealed here')
      const message = checked('update.chunk', { session: sealed.header.session, index })
      return readReply(v.object({}), await emit('update.chunk', [message, chunk], signal))
    },

    async seal(...[context, plaintext, keys]: Parameters<typeof sealUpdate>): Promise<SealedUpdate> {
      options.spy?.(plaintext)
      const sealed = await sealUpdate(context, plaintext, keys)
      sealedHere.add(sealed)
      return sealed
    },

    /** Takes a sealed update back from storage, if this client's identity signed exactly these bytes. */
    async adopt(sealed: SealedUpdate, identity: CryptoKey): Promise<boolean> {
      const received = { ...sealed, chunk: async (index: number) => sealed.chunks.at(index) }
      const verified = await verifyUpdate(received, identity)
      if (verified.ok) sealedHere.add(sealed)
      return verified.ok
    },

    /** The body of a GET, at most `limit` bytes. Rejects with `ParticipantError` or the signal's reason. */
    async get(path: string, { limit, signal, onProgress }: GetOptions): Promise<Uint8Array<ArrayBuffer>> {
      signal.throwIfAborted()
      count(withSent(ledger, 'control', path.length))
      const stalled = new AbortController()
      const stall = () => setTimeout(() => stalled.abort(), answerMs)
      let timer = stall()
      try {
        const response = await fetch(options.origin + path, {
          signal: AbortSignal.any([signal, stalled.signal]),
          credentials: 'omit',
          referrerPolicy: 'no-referrer',
        })
        if (!response.ok) throw httpError(response.status)
        const body = await readBody(response, (bytes) => {
          if (bytes > limit) throw new ParticipantError('http', `The answer is longer than ${limit} bytes.`)
          clearTimeout(timer)
          timer = stall()
          onProgress?.(bytes)
        })
        count(withReceived(ledger, body.length))
        return body
      } catch (cause) {
        signal.throwIfAborted()
        if (cause instanceof ParticipantError) throw cause
        throw new ParticipantError('offline', 'The coordinator cannot be reached.', { cause })
      } finally {
        clearTimeout(timer)
      }
    },

    /** Nothing leaves after this. */
    close(): void {
      socket.removeAllListeners()
      socket.disconnect()
    },
  }
}

export interface GetOptions {
  readonly limit: number
  readonly signal: AbortSignal
  readonly onProgress?: (bytes: number) => void
}

function httpError(status: number): ParticipantError {
  return status === 404
    ? new ParticipantError('not-found', 'The coordinator has nothing of that name.')
    : new ParticipantError('http', `The coordinator answered ${status}.`)
}

async function readBody(response: Response, onProgress: (bytes: number) => void): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = []
  let length = 0
  // Not `for await`: Safari's streams have no iterator.
  const reader = response.body?.getReader()
  for (let part = await reader?.read(); part?.value !== undefined; part = await reader?.read()) {
    length += part.value.length
    onProgress(length)
    parts.push(part.value)
  }
  return concat(...parts)
}

function readReply<Value>(schema: v.GenericSchema<unknown, Value>, answer: unknown): Reply<Value> {
  const parsed = v.safeParse(reply(schema), answer)
  if (!parsed.success) throw new ParticipantError('no-answer', 'The coordinator’s answer is not of this protocol.')
  return parsed.output
}

function sizeOf(parts: readonly unknown[]): number {
  return parts.reduce<number>(
    (sum, part) =>
      sum + (part instanceof Uint8Array ? part.length : new TextEncoder().encode(JSON.stringify(part)).length),
    0,
  )
}
