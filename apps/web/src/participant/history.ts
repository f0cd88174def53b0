import { emptyLedger, type Ledger, type Snapshot } from '@passerby/participant'

/** What earlier visits of this tab saw of the federation: a session itself knows only what happened since it began. */
export type History = Pick<Snapshot, 'rounds' | 'loss' | 'ledger'>

const nothing: History = { rounds: [], loss: [], ledger: emptyLedger }
const keyOf = (place: string) => `passerby/history/${place}`

export function readHistory(place: string): History {
  return parseHistory(localStorage.getItem(keyOf(place)))
}

export function writeHistory(place: string, { rounds, loss, ledger }: History): void {
  localStorage.setItem(keyOf(place), JSON.stringify({ version: VERSION, rounds, loss, ledger }))
}

export function forgetHistory(place: string): void {
  localStorage.removeItem(keyOf(place))
}

const VERSION = 1

/** Empty for what is none, e.g. one of another version. */
export function parseHistory(json: string | null): History {
  try {
    const value: unknown = JSON.parse(json ?? 'null')
    return isHistory(value) ? value : nothing
  } catch {
    return nothing
  }
}

function isHistory(value: unknown): value is History {
  return typeof value === 'object' && value !== null && 'version' in value && value.version === VERSION
}

/** A snapshot with what came before it. Of a round that both know, the newer fields hold. */
export function withHistory(snapshot: Snapshot, before: History): Snapshot {
  const first = snapshot.loss.at(0)?.at ?? Number.POSITIVE_INFINITY
  return {
    ...snapshot,
    rounds: mergeRounds(before.rounds, snapshot.rounds),
    loss: [...before.loss.filter(({ at }) => at < first), ...snapshot.loss],
    ledger: addLedgers(before.ledger, snapshot.ledger),
  }
}

function mergeRounds(before: Snapshot['rounds'], now: Snapshot['rounds']): Snapshot['rounds'] {
  const merged = new Map(before.map((round) => [round.round, round]))
  for (const round of now) {
    const old = merged.get(round.round)
    // Whoever measures a model after a reload did not merely watch its round.
    const outcome = old && round.outcome === 'watched' ? old.outcome : round.outcome
    merged.set(round.round, { ...old, ...round, outcome })
  }
  return [...merged.values()].sort((a, b) => a.round - b.round)
}

function addLedgers(a: Ledger, b: Ledger): Ledger {
  const more = (one: Ledger['received'], other: Ledger['received']) => ({
    messages: one.messages + other.messages,
    bytes: one.bytes + other.bytes,
  })
  return {
    sent: {
      control: more(a.sent.control, b.sent.control),
      update: more(a.sent.update, b.sent.update),
      metrics: more(a.sent.metrics, b.sent.metrics),
      images: more(a.sent.images, b.sent.images),
    },
    received: more(a.received, b.received),
  }
}
