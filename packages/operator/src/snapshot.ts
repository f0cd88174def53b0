import type {
  FederationSummary,
  FederationView,
  OperatorNotices,
  OperatorReplies,
  Refusal,
  RoundRecord,
  RunEventView,
} from '@passerby/protocol'

/** What the operator's client knows now. Immutable: a change makes a new one, unchanged parts keep their identity. */
export interface OperatorSnapshot {
  readonly connection: Connection
  /** Undefined until the first list arrived; kept while reconnecting. */
  readonly federations: readonly FederationSummary[] | undefined
  readonly watched: Watched | undefined
}

/**
 * `unreachable`: not connected yet, and the last try failed; it goes on trying, as it does while `reconnecting`.
 * `refused` and `closed` are final: connect anew. Times are epoch milliseconds of this device.
 */
export type Connection =
  | { readonly state: 'connecting' }
  | { readonly state: 'unreachable'; readonly since: number }
  | { readonly state: 'connected' }
  | { readonly state: 'reconnecting'; readonly since: number }
  | { readonly state: 'refused'; readonly refusal: Refusal }
  | { readonly state: 'closed' }

/** The federation that is watched. */
export type Watched =
  | { readonly state: 'loading'; readonly federation: string }
  | { readonly state: 'refused'; readonly federation: string; readonly refusal: Refusal }
  | WatchedRun

export interface WatchedRun {
  readonly state: 'live'
  readonly federation: string
  readonly view: FederationView
  /** By session, oldest first. */
  readonly rounds: readonly RoundRecord[]
  /** Oldest first, at most the last `EVENTS_KEPT`. */
  readonly events: readonly RunEventView[]
  /** The coordinator's clock minus this device's, in milliseconds. */
  readonly clockOffsetMs: number
}

/** Events kept in memory; an export by HTTP has them all. */
export const EVENTS_KEPT = 5_000

export const emptySnapshot: OperatorSnapshot = {
  connection: { state: 'connecting' },
  federations: undefined,
  watched: undefined,
}

export type SnapshotChange =
  | { readonly type: 'connection'; readonly connection: Connection }
  /** The connection was lost, or a try to connect failed. */
  | { readonly type: 'lost' }
  | { readonly type: 'listed'; readonly federations: readonly FederationSummary[] }
  | { readonly type: 'watching'; readonly federation: string | null }
  | { readonly type: 'watched'; readonly answer: OperatorReplies['watch'] }
  | { readonly type: 'watch-refused'; readonly federation: string; readonly refusal: Refusal }
  | { readonly type: 'view'; readonly view: FederationView }
  | ({ readonly type: 'round' } & OperatorNotices['round'])
  | ({ readonly type: 'event' } & OperatorNotices['event'])

/** The snapshot after a change. What concerns a federation that is not watched changes nothing. */
export function applyChange(snapshot: OperatorSnapshot, change: SnapshotChange, now: number): OperatorSnapshot {
  switch (change.type) {
    case 'connection':
      return { ...snapshot, connection: change.connection }
    case 'lost':
      return { ...snapshot, connection: lost(snapshot.connection, now) }
    case 'listed':
      return { ...snapshot, federations: change.federations }
    case 'watching':
      return { ...snapshot, watched: watching(snapshot.watched, change.federation) }
    case 'watched':
      return watched(snapshot, change.answer, now)
    case 'watch-refused':
      if (snapshot.watched?.federation !== change.federation) return snapshot
      return { ...snapshot, watched: { state: 'refused', federation: change.federation, refusal: change.refusal } }
    case 'view':
      return live(snapshot, change.view.summary.id, () => ({
        view: change.view,
        clockOffsetMs: change.view.now - now,
      }))
    case 'round':
      return live(snapshot, change.federation, ({ rounds }) => ({ rounds: withRound(rounds, change.record) }))
    case 'event':
      return live(snapshot, change.federation, ({ events }) => ({ events: withEvents(events, [change.event]) }))
  }
}

function lost(before: Connection, now: number): Connection {
  switch (before.state) {
    case 'connecting':
      return { state: 'unreachable', since: now }
    case 'connected':
      return { state: 'reconnecting', since: now }
    case 'unreachable':
    case 'reconnecting':
    case 'refused':
    case 'closed':
      return before
  }
}

/** Watching anew what is on the screen already, after a reconnection, keeps it there. */
function watching(before: Watched | undefined, federation: string | null): Watched | undefined {
  if (federation === null) return undefined
  return before?.federation === federation && before.state === 'live' ? before : { state: 'loading', federation }
}

function watched(snapshot: OperatorSnapshot, answer: OperatorReplies['watch'], now: number): OperatorSnapshot {
  const view = answer.federation
  if (!view || snapshot.watched?.federation !== view.summary.id) return snapshot
  return {
    ...snapshot,
    watched: {
      state: 'live',
      federation: view.summary.id,
      view,
      rounds: [...answer.rounds].sort((a, b) => a.session - b.session),
      events: withEvents([], answer.events),
      clockOffsetMs: view.now - now,
    },
  }
}

function live(
  snapshot: OperatorSnapshot,
  federation: string,
  change: (run: WatchedRun) => Partial<WatchedRun>,
): OperatorSnapshot {
  const { watched } = snapshot
  if (watched?.state !== 'live' || watched.federation !== federation) return snapshot
  return { ...snapshot, watched: { ...watched, ...change(watched) } }
}

/** A record replaces the one of the same session. */
function withRound(rounds: readonly RoundRecord[], record: RoundRecord): readonly RoundRecord[] {
  const before = rounds.filter(({ session }) => session < record.session)
  const after = rounds.filter(({ session }) => session > record.session)
  return [...before, record, ...after]
}

/** Ascending by id, each once: a reconnection may bring some twice. */
function withEvents(events: readonly RunEventView[], more: readonly RunEventView[]): readonly RunEventView[] {
  const last = events.at(-1)
  const first = more.at(0)
  if (more.length === 1 && first && (!last || last.id < first.id)) return [...events, first].slice(-EVENTS_KEPT)
  const byId = new Map([...events, ...more].map((event) => [event.id, event]))
  return [...byId.values()].sort((a, b) => a.id - b.id).slice(-EVENTS_KEPT)
}
