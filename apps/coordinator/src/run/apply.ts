import { type RunEffect, type RunEvent, type RunState, step } from '@passerby/federation'
import type { Contribution, RunEventView } from '@passerby/protocol'
import { CoordinatorError } from '../errors.ts'
import { contributions } from '../store/schema.ts'
import type { Writer } from '../store/database.ts'
import { type SessionChange, type SessionRow, findSession } from '../store/sessions.ts'
import type { RunCore } from './core.ts'
import { countTraffic } from './member.ts'
import { type Note, notesOf } from './notes.ts'
import type { KeptState } from './server-state.ts'

/** What belongs to a step beside what the round machine says. */
interface StepRows {
  /** Rows of other tables. */
  readonly write?: (to: Writer) => Promise<void>
  readonly change?: SessionChange
  /** What is said of it before what the machine's step says. */
  readonly notes?: readonly Note[]
  /** What the server knows from this step on. */
  readonly kept?: KeptState
}

/**
 * One event; only inside `serially`. When it resolves, the step and its rows are on disk, and its effects are in the
 * outbox. When it throws, nothing has changed.
 */
export async function apply(
  core: RunCore,
  event: RunEvent,
  { write, change, notes: first = [], kept = core.kept }: StepRows = {},
): Promise<void> {
  const { around, plan, id } = core
  const now = around.now()
  const before = core.machine
  const [after, effects] = step(before, event, { plan, now })
  const notes = [...first, ...notesOf({ before: before.run, event, after: after.run }, effects, nameIn(core))]
  let events: readonly RunEventView[] | undefined
  let counted = { up: 0, down: 0 }
  if (after.run !== before.run || effects.length + notes.length > 0 || write || change) {
    const entry = { federation: id, now, state: after.run, notes, effects, baseModel: kept.model.sha256 }
    const ending = before.run.state === 'training' && after.run.state !== 'training' ? before.run : undefined
    const moved = ending || after.run.state !== before.run.state ? trafficSoFar(core) : undefined
    if (moved) counted = moved
    const traffic = moved && 'session' in before.run ? [{ session: before.run.session, traffic: moved }] : []
    events = await around.journal.step({
      ...entry,
      changes: [...(change ? [change] : []), ...traffic],
      async write(to) {
        await write?.(to)
        if (ending) await recordAbsent(to, core, ending)
      },
    })
  }
  core.machine = after
  core.kept = kept
  addToSession(core, { up: -counted.up, down: -counted.down })
  core.outbox.push(...effects)
  for (const effect of effects) {
    // A restart opens again what was open.
    const opens = effect.type === 'open-session' && !('session' in before.run && before.run.session === effect.session)
    if (opens) noteRow(core, openedRow(core, effect, now))
  }
  // After the machine: whoever is told of a change looks at the state that it led to.
  if (events) remember(core, events)
}

const nothingMade = {
  model: null,
  published: null,
  groups: null,
  similarity: null,
  memory: null,
  distilled: null,
} as const

/** The row that the journal makes of an opening session. */
function openedRow(
  { id, kept }: RunCore,
  { round, session, cohort }: Extract<RunEffect, { type: 'open-session' }>,
  startedAt: number,
): SessionRow {
  const times = { startedAt, trainedAt: null, aggregatedAt: null, closedAt: null }
  const made = { config: null, groupConfigs: null, ...nothingMade }
  const row = { federation: id, session, round, cohort, baseModel: kept.model.sha256, outcome: 'open' } as const
  return { ...row, ...times, ...made, bytesUp: 0, bytesDown: 0 }
}

/** What is known of a session without asking the database: of the present one and the one before. */
export function noteRow({ rows }: RunCore, row: SessionRow): void {
  rows.set(row.session, row)
  for (const session of rows.keys()) if (session < row.session - 1) rows.delete(session)
}

export async function sessionRow(core: RunCore, session: number): Promise<SessionRow> {
  const known = core.rows.get(session)
  if (known) return known
  const row = await findSession(core.around.db, { federation: core.id, session })
  if (row === undefined) throw new CoordinatorError('bad-folder', `Session ${session} of ${core.id} has no row.`)
  noteRow(core, row)
  return row
}

/** What people call a client. */
export const nameIn =
  ({ members }: RunCore) =>
  (client: string) =>
    members.get(client)?.alias ?? client.slice(0, 8)

/** A line of history that no step makes. */
export async function addNote(core: RunCore, note: Note): Promise<void> {
  const { journal, now } = core.around
  remember(core, await journal.note({ federation: core.id, now: now(), notes: [note] }))
}

function remember(core: RunCore, events: readonly RunEventView[]): void {
  const last = events.at(-1)
  if (last) core.lastEvent = { at: last.at, message: last.message }
  core.changed(events)
}

/** The rows of those in the cohort whose update does not count. */
async function recordAbsent(
  to: Writer,
  core: RunCore,
  { session, cohort, accepted }: Extract<RunState, { state: 'training' }>,
): Promise<void> {
  const rows = cohort
    .filter((client) => !accepted.includes(client))
    .map((client) => ({
      federation: core.id,
      session,
      client,
      alias: core.members.get(client)?.alias ?? '',
      outcome: outcomeOf(core, client),
    }))
  if (rows.length > 0) await to.insert(contributions).values(rows).onConflictDoNothing()
}

function outcomeOf(core: RunCore, client: string): Contribution['outcome'] {
  if (core.members.get(client)?.withdrawn) return 'withdrew'
  return core.open?.uploads.has(client) ? 'late' : 'missing'
}

function trafficSoFar(core: RunCore): { readonly up: number; readonly down: number } {
  settleTraffic(core)
  return { ...core.traffic }
}

/** Brings the accounts of bytes up to now. */
export function settleTraffic(core: RunCore): void {
  for (const member of core.members.values()) addToSession(core, countTraffic(member))
}

export function addToSession(core: RunCore, { up, down }: { readonly up: number; readonly down: number }): void {
  core.traffic.up += up
  core.traffic.down += down
}
