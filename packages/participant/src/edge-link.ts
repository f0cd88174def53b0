/**
 * The connection to the coordinator as the session machine sees it: greetings answered by a verified join, notices
 * turned into events one after the other, so that none overtakes the join that it follows.
 */
import { exportPublicKey, proveJoin } from '@passerby/privacy'
import { PROTOCOL_VERSION, edgeNotices, parse } from '@passerby/protocol'
import type { EdgeNotices, EdgeStatus, FederationCard, Join, Refusal, RefusalCode } from '@passerby/protocol'
import { readCard } from './card.ts'
import type { Egress } from './egress.ts'
import { ParticipantError } from './errors.ts'
import type { Keep } from './keep.ts'
import { pause } from './patience.ts'
import type { SessionEvent } from './session-types.ts'
import { trustTask } from './trust.ts'
import type { Authority, Order } from './trust.ts'

const retryMs = 2_000
/** Refusals of a join after which the same join may succeed a little later. */
const passing: readonly RefusalCode[] = ['internal', 'too-fast', 'bad-proof']

export interface EdgeLinkOptions {
  readonly egress: Egress
  readonly keep: Keep
  readonly federation: string
  readonly fingerprint: string
  readonly token: string
  /** What the client says of itself, apart from keys. */
  readonly introduction: () => Pick<Join, 'alias' | 'device' | 'images' | 'hidden'>
  readonly identity: () => Promise<CryptoKeyPair>
  readonly now: () => number
  readonly signal: AbortSignal
  readonly dispatch: (event: SessionEvent) => void
  readonly onOrder: (order: Order) => void
  readonly onModelReady: (model: EdgeNotices['model.ready']) => void
  readonly onStatus: (status: EdgeStatus) => void
  readonly onJoined: (client: string, card: FederationCard) => void
  readonly onTrouble: (message: string) => void
}

export function createEdgeLink(options: EdgeLinkOptions) {
  const { egress, dispatch } = options
  let connection = new AbortController()
  let inbox = Promise.resolve()
  let nonce = ''
  let authority: Authority | undefined

  /** Runs `work` after everything before it, unless its connection is gone by then. */
  function inOrder(work: (signal: AbortSignal) => Promise<void>): void {
    const signal = AbortSignal.any([connection.signal, options.signal])
    inbox = inbox.then(async () => {
      if (signal.aborted) return
      try {
        await work(signal)
      } catch (error) {
        if (!signal.aborted) await troubled(error, signal)
      }
    })
  }

  async function troubled(error: unknown, signal: AbortSignal): Promise<void> {
    if (!(error instanceof ParticipantError)) {
      dispatch({ type: 'refused', refusal: { code: 'internal', message: messageOf(error) } })
      return
    }
    options.onTrouble(error.message)
    await again(signal)
  }

  async function again(signal: AbortSignal): Promise<void> {
    await pause(retryMs, signal).then(
      () => egress.reconnect(),
      () => undefined,
    )
  }

  function lost(dropped: boolean): void {
    connection.abort(new DOMException('The connection was lost.', 'AbortError'))
    connection = new AbortController()
    dispatch({ type: 'lost' })
    if (dropped) inOrder(again)
  }

  function noticed(event: string, message: unknown): void {
    if (event === 'hello') greeted(message)
    else inOrder((signal) => heard(event, message, signal))
  }

  function greeted(message: unknown): void {
    const hello = parse(edgeNotices.hello, message)
    if (!hello.ok || hello.value.version !== PROTOCOL_VERSION) {
      const text = 'This page and the coordinator are of different versions. Reload the page.'
      dispatch({ type: 'refused', refusal: { code: 'unsupported-version', message: text } })
      return
    }
    nonce = hello.value.nonce
    dispatch({ type: 'connected' })
  }

  async function heard(event: string, message: unknown, signal: AbortSignal): Promise<void> {
    switch (event) {
      case 'status': {
        const status = parse(edgeNotices.status, message)
        if (status.ok) told(status.value)
        return
      }
      case 'task': {
        const task = parse(edgeNotices.task, message)
        if (!task.ok || authority === undefined) return
        const order = await trustTask(task.value, authority, options.now())
        if (signal.aborted) return
        if (!order.ok) return dispatch({ type: 'refused', refusal: order.refusal })
        options.onOrder(order.value)
        return dispatch({ type: 'tasked', task: order.value.task })
      }
      case 'model.ready': {
        const model = parse(edgeNotices['model.ready'], message)
        if (model.ok) options.onModelReady(model.value)
        return
      }
      case 'session.aborted': {
        const aborted = parse(edgeNotices['session.aborted'], message)
        if (aborted.ok) dispatch({ type: 'aborted', session: aborted.value.session })
        return
      }
      case 'dismissed': {
        const dismissed = parse(edgeNotices.dismissed, message)
        if (!dismissed.ok) return
        if (dismissed.value.code === 'federation-ended') dispatch({ type: 'ended' })
        else dispatch({ type: 'refused', refusal: dismissed.value })
        return
      }
      default:
      // A newer coordinator may say more; what this version does not know asks nothing of it.
    }
  }

  function told(status: EdgeStatus): void {
    options.onStatus(status)
    if (status.state === 'ended') dispatch({ type: 'ended' })
  }

  async function join(signal: AbortSignal): Promise<void> {
    const { federation, fingerprint, token, keep } = options
    const trusted = await readCard(egress, { federation, fingerprint, keep, now: options.now() }, { signal })
    if (!trusted.ok) return dispatch({ type: 'refused', refusal: trusted.refusal })
    authority = trusted.value.authority
    await keep.write('pin', fingerprint)
    const identity = await options.identity()
    const answer = await egress.request(
      'join',
      {
        version: PROTOCOL_VERSION,
        federation,
        token,
        publicKey: await exportPublicKey(identity.publicKey),
        proof: await proveJoin({ nonce, federation, token }, identity.privateKey),
        ...options.introduction(),
      },
      signal,
    )
    if (!answer.ok) return await turnedAway(answer.refusal, signal)
    const { client, status, task } = answer.value
    const order = await trustTask(task, authority, options.now())
    if (signal.aborted) return
    if (!order.ok) return dispatch({ type: 'refused', refusal: order.refusal })
    options.onJoined(client, trusted.value.card)
    options.onOrder(order.value)
    dispatch({ type: 'joined', task: order.value.task })
    told(status)
  }

  async function turnedAway(refusal: Refusal, signal: AbortSignal): Promise<void> {
    if (!passing.includes(refusal.code)) return dispatch({ type: 'refused', refusal })
    options.onTrouble(refusal.message)
    await again(signal)
  }

  return {
    connect: () => egress.connect({ onLost: lost, onNotice: noticed }),
    /** Ends the connection for good, or until the next `connect`. */
    disconnect(): void {
      connection.abort(new DOMException('The connection was closed.', 'AbortError'))
      connection = new AbortController()
      egress.close()
    },
    join: () => inOrder(join),
    /** Aborted when the present connection is lost. */
    connected: () => connection.signal,
    /** Resolves when everything that was noticed is dealt with. */
    settled: () => inbox,
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
