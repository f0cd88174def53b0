import type { EdgeRequests, Signed } from '@passerby/protocol'
import type { SealedUpdate } from '@passerby/privacy'
import { smallLayout } from './model.ts'
import { type ScriptedIdentity, newIdentity, reportOf, seal } from './scripted-client.ts'

/** Seeded numbers from 0 to 1. */
export type Random = () => number

/** A message that must be refused, and by which codes it may be. `oversized` ends the connection instead. */
export interface Attack {
  readonly kind: string
  readonly event: string
  readonly args: readonly unknown[]
  readonly codes: readonly string[] | 'oversized'
}

/** What a hostile member of the cohort has seen and may send again, bent. */
export interface Loot {
  readonly identity: ScriptedIdentity
  /** Its own honest update of the open session, which it never completes. */
  readonly sealed: SealedUpdate
  /** The same, signed by somebody else. */
  readonly forged: SealedUpdate
  /** Its update of a session that is closed, in which it was counted. */
  readonly counted: SealedUpdate
  /** A join that was accepted. */
  readonly join: EdgeRequests['join']
}

export async function lootOf(
  open: Signed,
  { identity, counted, join }: Pick<Loot, 'identity' | 'counted' | 'join'>,
): Promise<Loot> {
  const update = { layout: smallLayout, value: 1e9 }
  const stranger = await newIdentity('Stranger')
  return {
    identity,
    counted,
    join,
    sealed: await seal(open, identity, update),
    forged: await seal(open, { ...stranger, id: identity.id }, update),
  }
}

const events = ['join', 'update.begin', 'update.chunk', 'update.commit', 'evaluated', 'withdraw', 'return']

/** One attack of a seeded kind. */
export function attack(random: Random, loot: Loot): Attack {
  const make = attacks[Math.floor(random() * attacks.length)]
  return make(random, loot)
}

const attacks: readonly ((random: Random, loot: Loot) => Attack)[] = [
  malformed,
  malformed,
  bent,
  replayed,
  unordered,
  unsigned,
  oversized,
]

function malformed(random: Random): Attack {
  const event = random() < 0.3 ? text(random) : pick(random, events)
  const args = Array.from({ length: Math.floor(random() * 3) }, () => junk(random, 3))
  // An empty object is all that `return` says, so something is always added to it.
  return {
    kind: 'malformed',
    event,
    args: [{ [text(random)]: 1 }, ...args],
    codes: ['malformed', 'unsupported-version'],
  }
}

/** A header with one field changed. */
function bent(random: Random, { sealed }: Loot): Attack {
  const { header, enc } = sealed
  const other = Array.from({ length: 64 }, () => Math.floor(16 * random()).toString(16)).join('')
  const changes = {
    config: other,
    baseModel: other,
    layout: other,
    client: other.slice(0, 32),
    bytes: 7,
    chunks: 3,
    round: 9,
  }
  const [field, value] = pick(random, Object.entries(changes))
  return {
    kind: 'bent',
    event: 'update.begin',
    args: [{ header: { ...header, [field]: value }, enc }],
    codes: ['wrong-header'],
  }
}

function replayed(random: Random, { counted, join, identity }: Loot): Attack {
  const { header, enc, signature, chunks } = counted
  const { session } = header
  const codes = ['duplicate-update']
  return pick(random, [
    { kind: 'replayed', event: 'join', args: [join], codes: ['bad-proof'] },
    { kind: 'replayed', event: 'update.begin', args: [{ header, enc }], codes },
    { kind: 'replayed', event: 'update.chunk', args: [{ session, index: 0 }, chunks[0]], codes },
    { kind: 'replayed', event: 'update.commit', args: [{ session, signature, report: reportOf(identity) }], codes },
  ])
}

function unordered(random: Random, { sealed, identity }: Loot): Attack {
  const { header, enc, signature, chunks } = sealed
  const later = header.session + 1 + Math.floor(random() * 1_000)
  const report = reportOf(identity)
  const kind = 'unordered'
  return pick(random, [
    { kind, event: 'update.begin', args: [{ header: { ...header, session: later }, enc }], codes: ['unknown-round'] },
    { kind, event: 'update.chunk', args: [{ session: later, index: 0 }, chunks[0]], codes: ['unknown-round'] },
    { kind, event: 'update.chunk', args: [{ session: header.session, index: 1 }, chunks[0]], codes: ['wrong-chunk'] },
    {
      kind,
      event: 'update.chunk',
      args: [{ session: header.session, index: 0 }, chunks[0].subarray(1)],
      codes: ['wrong-chunk'],
    },
    { kind, event: 'update.commit', args: [{ session: later, signature, report }], codes: ['unknown-round'] },
    {
      kind,
      event: 'evaluated',
      args: [{ round: 1 + Math.floor(random() * 9), model: 'global', evaluation: null }],
      codes: ['unknown-round'],
    },
  ])
}

/** Complete, but by another hand. Sent after `forged` was begun and its chunk taken; else nothing was begun. */
function unsigned(_: Random, { forged, identity }: Loot): Attack {
  const { header, signature } = forged
  const args = [{ session: header.session, signature, report: reportOf(identity) }]
  return { kind: 'unsigned', event: 'update.commit', args, codes: ['bad-signature'] }
}

function oversized(random: Random, { sealed }: Loot): Attack {
  // One in twenty: each costs a connection.
  if (random() > 0.05) return malformed(random)
  const args = [{ session: sealed.header.session, index: 0 }, new Uint8Array(1_048_577)]
  return { kind: 'oversized', event: 'update.chunk', args, codes: 'oversized' }
}

function junk(random: Random, depth: number): unknown {
  const leaf = [null, true, -1, 1e308, '', text(random), 'a'.repeat(5_000), new Uint8Array(9), '2026-01-01']
  if (depth === 0 || random() < 0.5) return pick(random, leaf)
  const items = Array.from({ length: Math.floor(random() * 4) }, () => junk(random, depth - 1))
  return random() < 0.5 ? items : Object.fromEntries(items.map((item) => [text(random), item]))
}

function text(random: Random): string {
  return pick(random, [
    'session',
    'header',
    '__proto__',
    'constructor',
    '\u0000',
    '\u202e',
    '<script>',
    "' or 1=1",
    '🂡',
    'x'.repeat(300),
  ])
}

function pick<Value>(random: Random, from: readonly Value[]): Value {
  return from[Math.floor(random() * from.length)]
}
