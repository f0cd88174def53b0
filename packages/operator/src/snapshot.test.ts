import {
  type ClientView,
  FederationSettings,
  type FederationView,
  RoundRecord,
  type RunEventView,
  operatorNotices,
  operatorReplies,
} from '@passerby/protocol'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { EVENTS_KEPT, type OperatorSnapshot, type SnapshotChange, applyChange, emptySnapshot } from './snapshot.ts'

const now = 1_000_000
const view = (id: string, at = now): FederationView => ({
  summary: {
    id,
    name: 'Two stations',
    strategy: 'fedpav',
    backbone: 'tiny',
    state: 'running',
    round: 1,
    rounds: 5,
    clients: 2,
    mAP: [],
    lastEvent: null,
    createdAt: now,
  },
  settings: v.parse(FederationSettings, { name: 'Two stations' }),
  phase: { phase: 'idle' },
  now: at,
  initialModel: { sha256: 'a'.repeat(64), bytes: 8 },
  updateBytes: 8,
  fingerprint: { base64url: 'abc', words: 'one two' },
  clients: [],
  invites: [],
})
const record = (session: number, bytesUp = 0): RoundRecord =>
  v.parse(RoundRecord, {
    round: session,
    session,
    outcome: 'open',
    startedAt: now,
    seconds: { training: 1, aggregating: 0, evaluating: 0 },
    bytesUp,
    bytesDown: 0,
    contributions: [],
    loss: null,
    global: null,
    local: null,
    model: null,
    groups: [],
    similarity: null,
    distilled: null,
  })
const event = (id: number): RunEventView => ({
  id,
  at: now,
  level: 'note',
  kind: 'joined',
  message: 'Platform 4 joined',
  round: null,
  client: null,
})
const after = (...changes: SnapshotChange[]): OperatorSnapshot =>
  changes.reduce((snapshot, change) => applyChange(snapshot, change, now), emptySnapshot)
const answer = (id: string, rounds: RoundRecord[] = [], events: RunEventView[] = []): SnapshotChange => ({
  type: 'watched',
  answer: v.parse(operatorReplies.watch, { federation: view(id, now + 250), rounds, events }),
})
const live = (snapshot: OperatorSnapshot) => {
  if (snapshot.watched?.state !== 'live') throw new Error('nothing is watched')
  return snapshot.watched
}

describe('a watched federation', () => {
  const watching = { type: 'watching', federation: 'fed-one' } as const

  it('is loading until the answer, then live, with the clock of the coordinator', () => {
    expect(after(watching).watched).toEqual({ state: 'loading', federation: 'fed-one' })
    expect(live(after(watching, answer('fed-one'))).clockOffsetMs).toBe(250)
  })

  it('replaces the record of the same session and keeps the order', () => {
    const run = live(
      after(
        watching,
        answer('fed-one', [record(3), record(1)]),
        { type: 'round', federation: 'fed-one', record: record(2) },
        { type: 'round', federation: 'fed-one', record: record(3, 77) },
      ),
    )
    expect(run.rounds.map(({ session, bytesUp }) => [session, bytesUp])).toEqual([
      [1, 0],
      [2, 0],
      [3, 77],
    ])
  })

  it('holds every event once, in order, and only the newest', () => {
    const first = Array.from({ length: EVENTS_KEPT }, (_, index) => event(index + 1))
    const run = live(
      after(
        watching,
        answer('fed-one', [], first),
        { type: 'event', federation: 'fed-one', event: event(EVENTS_KEPT) },
        { type: 'event', federation: 'fed-one', event: event(EVENTS_KEPT + 1) },
      ),
    )
    expect(run.events.length).toBe(EVENTS_KEPT)
    expect([run.events.at(0)?.id, run.events.at(-1)?.id]).toEqual([2, EVENTS_KEPT + 1])
  })

  it('shows who is taken out by whom, until it is let in again', () => {
    const client: ClientView = {
      id: 'a'.repeat(32),
      alias: 'Platform 4',
      device: { name: 'processor', backend: 'wasm', imagesPerSecond: 100 },
      images: 80,
      state: 'gone',
      part: null,
      fraction: 0,
      hidden: false,
      lastSeen: now,
      excluded: { at: now, by: 'coordinator', reason: 'What its model says is no number.' },
      weight: null,
      bytesUp: 0,
      bytesDown: 0,
    }
    const seen = (excluded: ClientView['excluded']) =>
      v.parse(operatorNotices.federation, { ...view('fed-one'), clients: [{ ...client, excluded }] })
    const out = after(watching, answer('fed-one'), { type: 'view', view: seen(client.excluded) })
    expect(live(out).view.clients).toEqual([client])
    const back = live(applyChange(out, { type: 'view', view: seen(null) }, now))
    expect(back.view.clients[0].excluded).toBeNull()
  })

  it('is not touched by notices and answers about another', () => {
    const before = after(watching, answer('fed-one'))
    for (const change of [
      answer('fed-two'),
      { type: 'view', view: view('fed-two') },
      { type: 'round', federation: 'fed-two', record: record(1) },
      { type: 'event', federation: 'fed-two', event: event(1) },
      { type: 'watch-refused', federation: 'fed-two', refusal: { code: 'not-found', message: '' } },
    ] satisfies SnapshotChange[])
      expect(applyChange(before, change, now)).toBe(before)
  })

  it('stays on the screen while it is watched anew after a reconnection', () => {
    const before = after(watching, answer('fed-one', [record(1)]))
    expect(applyChange(before, watching, now).watched).toBe(before.watched)
    expect(applyChange(before, { type: 'watching', federation: 'fed-two' }, now).watched?.state).toBe('loading')
  })
})

describe('the connection', () => {
  const connected = { type: 'connection', connection: { state: 'connected' } } as const

  it('tells never reached from lost, and since when', () => {
    expect(after({ type: 'lost' }).connection).toEqual({ state: 'unreachable', since: now })
    const lost = after(connected, { type: 'lost' })
    expect(lost.connection).toEqual({ state: 'reconnecting', since: now })
    expect(applyChange(lost, { type: 'lost' }, now + 5_000).connection).toEqual(lost.connection)
  })

  it('stays refused', () => {
    const refusal = { code: 'unauthorised', message: 'wrong token' } as const
    const refused = { type: 'connection', connection: { state: 'refused', refusal } } as const
    expect(after(refused, { type: 'lost' }).connection).toEqual(refused.connection)
  })
})
