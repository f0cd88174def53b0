/**
 * Carries out what the session machine decides: the real socket, the real downloads, the learner, storage. A page or a
 * command line draws the snapshot and passes on what the person wants.
 */
import { PrivacyError, createSigningKey, requireCrypto } from '@passerby/privacy'
import type { FederationCard, Join, Withdraw } from '@passerby/protocol'
import { createEdgeLink, messageOf } from './edge-link.ts'
import { openEgress } from './egress.ts'
import type { SealSpy } from './egress.ts'
import type { Keep } from './keep.ts'
import type { Learner } from './learner.ts'
import { createRoundWork } from './round-work.ts'
import { step } from './session.ts'
import type { Session, SessionEffect, SessionEvent } from './session-types.ts'
import { firstSnapshot, withSession, withStatus } from './snapshot.ts'
import type { Snapshot } from './snapshot.ts'

/** Longest wait at the end for goodbyes to be acknowledged. */
const farewellMs = 2_000

export interface ParticipantOptions {
  /** The coordinator's origin. */
  readonly origin: string
  /** From the join link: the federation, the root key's fingerprint, the join token. */
  readonly federation: string
  readonly fingerprint: string
  readonly token: string
  readonly alias: string
  readonly device: Join['device']
  /** Training images on this device. */
  readonly images: number
  readonly learner: Learner
  readonly keep: Keep
  /** Whether the page is hidden now. */
  readonly hidden?: () => boolean
  readonly spy?: SealSpy
  /** Epoch milliseconds. */
  readonly now?: () => number
}

export interface Participant {
  /** Calls back after every change of the snapshot; returns how to stop that. */
  subscribe(listener: () => void): () => void
  getSnapshot(): Snapshot
  /** Joins, or joins again after the end or a refusal. */
  start(): void
  /** Abandons what is under way, after telling the coordinator. A finished update is kept. */
  pause(): void
  resume(): void
  /** Says goodbye for good. Nothing that was counted is lost. */
  leave(): void
  /** Ends everything at once and resolves when nothing is under way: for a page that goes away. */
  close(): Promise<void>
}

export function createParticipant(options: ParticipantOptions): Participant {
  const { keep, federation, fingerprint, now = () => Date.now(), hidden = () => false } = options
  const life = new AbortController()
  const listeners = new Set<() => void>()
  const events: SessionEvent[] = []
  let snapshot = firstSnapshot(now())
  let session: Session = { state: 'idle' }
  let outbox = Promise.resolve()
  let keptIdentity: Promise<CryptoKeyPair> | undefined

  const identity = () => (keptIdentity ??= loadIdentity(keep))
  const update = (change: (snapshot: Snapshot) => Snapshot) => {
    snapshot = change(snapshot)
    for (const listener of listeners) listener()
  }
  const trouble = (message: string) => update((before) => ({ ...before, failure: { at: now(), message } }))
  const egress = openEgress({
    origin: options.origin,
    onLedger: (ledger) => update((before) => ({ ...before, ledger })),
    ...(options.spy && { spy: options.spy }),
  })
  const work = createRoundWork({
    egress,
    keep,
    learner: options.learner,
    identity,
    now,
    hidden,
    life: life.signal,
    dispatch,
    update,
    trouble,
  })
  const link = createEdgeLink({
    egress,
    keep,
    federation,
    fingerprint,
    token: options.token,
    introduction: () => ({ alias: options.alias, device: options.device, images: options.images, hidden: hidden() }),
    identity,
    now,
    signal: life.signal,
    dispatch,
    onOrder: (order) => work.ordered(order),
    onModelReady: (model) => work.fetchAhead(model),
    onStatus: (status) => update((before) => withStatus(before, status, now())),
    onJoined: (client: string, card: FederationCard) => update((before) => ({ ...before, client, card })),
    onTrouble: trouble,
  })

  /** Events wait for each other: an effect that reports at once does not overtake the effects beside it. */
  function dispatch(event: SessionEvent): void {
    if (events.push(event) > 1) return
    for (let next = events.at(0); next !== undefined; events.shift(), next = events.at(0)) {
      const [after, effects] = step(session, next)
      work.witnessed(session, next)
      session = after
      update((before) => withSession(before, session, now()))
      for (const effect of effects) carryOut(effect)
    }
  }

  function carryOut(effect: SessionEffect): void {
    switch (effect.type) {
      case 'connect':
        outbox = outbox.then(() => link.connect())
        return
      case 'join':
        return link.join()
      case 'train':
      case 'upload':
      case 'evaluate':
        return work.begin(effect)
      case 'abandon':
        return work.abandon()
      case 'interrupt':
        return work.interrupt()
      case 'discard':
        return work.discard()
      case 'withdraw':
        return say((signal) => egress.request('withdraw', farewell(effect), signal))
      case 'return':
        return say((signal) => egress.request('return', {}, signal))
      case 'disconnect':
        outbox = outbox.then(() => link.disconnect())
    }
  }

  /** One after the other. What a lost connection swallows, the coordinator learns from the loss or the next join. */
  function say(message: (signal: AbortSignal) => Promise<unknown>): void {
    const signal = AbortSignal.any([link.connected(), AbortSignal.timeout(farewellMs)])
    outbox = outbox
      .then(() => message(signal))
      .then(
        () => undefined,
        (error: unknown) => {
          if (!signal.aborted) trouble(messageOf(error))
        },
      )
  }

  async function begin(): Promise<void> {
    try {
      await requireCrypto()
      dispatch({ type: 'started', kept: await work.restore() })
    } catch (error) {
      const code = error instanceof PrivacyError ? 'unsupported-browser' : 'internal'
      dispatch({ type: 'refused', refusal: { code, message: messageOf(error) } })
    }
  }

  return {
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    getSnapshot: () => snapshot,
    start: () => void begin(),
    pause: () => dispatch({ type: 'paused' }),
    resume: () => dispatch({ type: 'resumed' }),
    leave: () => dispatch({ type: 'left' }),
    async close() {
      life.abort(new DOMException('The participant was closed.', 'AbortError'))
      link.disconnect()
      await Promise.all([work.rest(), link.settled(), outbox])
    },
  }
}

/** Names the step that failed and never what was in it. */
function farewell({ reason, during }: Extract<SessionEffect, { type: 'withdraw' }>): Withdraw {
  return { reason, message: during === undefined ? '' : `failed while ${during}` }
}

async function loadIdentity(keep: Keep): Promise<CryptoKeyPair> {
  const kept = await keep.read('identity')
  if (kept !== undefined) return kept
  const identity = await createSigningKey({ extractable: keep.exportsKeys })
  await keep.write('identity', identity)
  return identity
}
