import type { PGlite } from '@electric-sql/pglite'
import type { RunEffect, RunState } from '@passerby/federation'
import type { RunEventView } from '@passerby/protocol'
import { desc, eq, max } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/pglite'
import type { Note } from '../run/notes.ts'
import type { Database, Writer } from './database.ts'
import type { RedoLog, Statement } from './redo-log.ts'
import { runEvents, runStates } from './schema.ts'
import { type SessionChange, journalSessions } from './sessions.ts'

/** One step of a run: everything that must be on disk before its effects run, all or nothing. */
export interface JournalEntry {
  readonly federation: string
  readonly now: number
  readonly state: RunState
  readonly notes: readonly Note[]
  readonly effects: readonly RunEffect[]
  readonly changes: readonly SessionChange[]
  /** The model from which a session that opens now starts. */
  readonly baseModel: string
  /** What else belongs to this step. */
  write?(to: Writer): Promise<void>
}

/** Durable when a call resolves; in the database before anything that it is asked from then on. */
export interface Journal {
  /** Returns the notes as events with their numbers. */
  step(entry: JournalEntry): Promise<readonly RunEventView[]>
  /** Adds to a run's history what is no step of it. */
  note(notes: Pick<JournalEntry, 'federation' | 'now' | 'notes'>): Promise<readonly RunEventView[]>
  /** Statements of their own. */
  write(statements: (to: Writer) => Promise<void>): Promise<void>
}

export async function openJournal(db: Database, redo: RedoLog): Promise<Journal> {
  const [{ newest }] = await db.select({ newest: max(runEvents.id) }).from(runEvents)
  let number = newest ?? 0

  const write: Journal['write'] = async (statements) => {
    const { writer, written } = recorder()
    await statements(writer)
    if (written.length > 0) redo.append(written)
  }

  const withNotes = async (
    { federation, now, notes }: Pick<JournalEntry, 'federation' | 'now' | 'notes'>,
    statements: (to: Writer) => Promise<void>,
  ) => {
    const rows = notes.map((note) => ({
      ...note,
      message: note.message.slice(0, 300),
      federation,
      at: now,
      id: ++number,
    }))
    await write(async (to) => {
      await statements(to)
      if (rows.length > 0) await to.insert(runEvents).values(rows)
    })
    return rows.map(toEventView)
  }

  return {
    write,
    note: (notes) => withNotes(notes, async () => {}),
    step: (entry) =>
      withNotes(entry, async (to) => {
        const { federation, now: updatedAt, state } = entry
        await to
          .insert(runStates)
          .values({ federation, state, updatedAt })
          .onConflictDoUpdate({ target: runStates.federation, set: { state, updatedAt } })
        await journalSessions(to, entry, entry)
        await entry.write?.(to)
      }),
  }
}

/** Takes statements down instead of executing them. */
function recorder(): { readonly writer: Writer; readonly written: readonly Statement[] } {
  const written: Statement[] = []
  const client: Pick<PGlite, 'query'> = {
    async query(sql, params = []) {
      written.push({ sql, params })
      return { rows: [], fields: [] }
    },
  }
  return { writer: drizzle({ client: client as PGlite, casing: 'snake_case' }), written }
}

/** The newest events of a run, oldest first. */
export async function newestEvents(db: Database, federation: string, limit?: number): Promise<RunEventView[]> {
  const query = db.select().from(runEvents).where(eq(runEvents.federation, federation)).orderBy(desc(runEvents.id))
  const rows = await (limit === undefined ? query : query.limit(limit))
  return rows.reverse().map(toEventView)
}

function toEventView(row: typeof runEvents.$inferSelect): RunEventView {
  const { id, at, level, kind, message, round, client } = row
  return { id, at, level, kind, message, round, client }
}
