import type { RunEffect, RunState } from '@passerby/federation'
import type { RunEventView } from '@passerby/protocol'
import { desc, eq } from 'drizzle-orm'
import type { Note } from '../run/notes.ts'
import type { Database } from './database.ts'
import { runEvents, runStates } from './schema.ts'
import { type SessionChange, type Transaction, journalSessions } from './sessions.ts'

/** One step of a run: everything that must be on disk before its effects run, in one transaction. */
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
  write?(tx: Transaction): Promise<void>
}

/** Durable when it resolves. Returns the notes as events with their numbers. */
export async function journal(db: Database, entry: JournalEntry): Promise<readonly RunEventView[]> {
  const { federation, now, state } = entry
  return await db.transaction(async (tx) => {
    const row = { federation, state, updatedAt: now }
    await tx
      .insert(runStates)
      .values(row)
      .onConflictDoUpdate({ target: runStates.federation, set: { state, updatedAt: now } })
    await journalSessions(tx, entry, entry)
    await entry.write?.(tx)
    return await addNotes(tx, entry)
  })
}

/** Adds to the run's history what is no step of it. */
export async function addNotes(
  db: Transaction | Database,
  { federation, now, notes }: Pick<JournalEntry, 'federation' | 'now' | 'notes'>,
): Promise<readonly RunEventView[]> {
  if (notes.length === 0) return []
  const rows = notes.map((note) => ({ ...note, message: note.message.slice(0, 300), federation, at: now }))
  const added = await db.insert(runEvents).values(rows).returning()
  return added.map(toEventView)
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
