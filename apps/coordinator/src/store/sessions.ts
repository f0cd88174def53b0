import type { RunEffect } from '@passerby/federation'
import type { Evaluation } from '@passerby/protocol'
import { and, desc, eq, isNotNull, isNull, ne, sql } from 'drizzle-orm'
import type { PgUpdateSetSource } from 'drizzle-orm/pg-core'
import type { Database, Writer } from './database.ts'
import { contributions, evaluations, sessions } from './schema.ts'

export type SessionRow = typeof sessions.$inferSelect
export type ContributionRow = typeof contributions.$inferSelect
/** Which session of which federation. */
export type SessionName = Pick<SessionRow, 'federation' | 'session'>

const named = ({ federation, session }: SessionName) =>
  and(eq(sessions.federation, federation), eq(sessions.session, session))

export async function findSession(db: Database, name: SessionName): Promise<SessionRow | undefined> {
  return (await db.select().from(sessions).where(named(name))).at(0)
}

/** How an update of this client ended in this session, or `undefined`. */
export async function findContribution(
  db: Database,
  { federation, session }: SessionName,
  client: string,
): Promise<ContributionRow | undefined> {
  return (await db.select().from(contributions).where(by({ federation, session }, client))).at(0)
}

/** The session in which a round's model was made. */
export async function findModelSession(
  db: Database,
  federation: string,
  round: number,
): Promise<SessionRow | undefined> {
  const made = and(eq(sessions.round, round), isNotNull(sessions.model), ne(sessions.outcome, 'aborted'))
  return (
    await db
      .select()
      .from(sessions)
      .where(and(eq(sessions.federation, federation), made))
      .limit(1)
  ).at(0)
}

interface Measured {
  readonly client: string
  readonly evaluation: Evaluation | null
}

/** What a client measured of the session's model. Answers whether it is told for the first time. */
export async function storeGlobal(db: Writer, name: SessionName, measured: Measured): Promise<boolean> {
  const { federation, session } = name
  const row = { federation, session, ...measured }
  const added = await db.insert(evaluations).values(row).onConflictDoNothing().returning({ client: evaluations.client })
  return added.length > 0
}

/** What a client measured of its own model. Answers whether it counted in the session and is told for the first time. */
export async function storeLocal(db: Database, name: SessionName, { client, evaluation }: Measured): Promise<boolean> {
  const untold = and(by(name, client), eq(contributions.outcome, 'counted'), isNull(contributions.local))
  const changed = db.update(contributions).set({ local: evaluation }).where(untold)
  return (await changed.returning({ client: contributions.client })).length > 0
}

/** The record says of a missing client that its update came after all, though too late. */
export async function markLate(db: Database, name: SessionName, client: string): Promise<void> {
  await db.update(contributions).set({ outcome: 'late' }).where(by(name, client))
}

const by = ({ federation, session }: SessionName, client: string) =>
  and(eq(contributions.federation, federation), eq(contributions.session, session), eq(contributions.client, client))

/** The last session that produced a model which counts. */
export async function newestModel(db: Database, federation: string): Promise<SessionRow | undefined> {
  const withModel = and(eq(sessions.federation, federation), isNotNull(sessions.model), ne(sessions.outcome, 'aborted'))
  return (await db.select().from(sessions).where(withModel).orderBy(desc(sessions.session)).limit(1)).at(0)
}

export async function storeConfigs(
  db: Writer,
  name: SessionName,
  configs: Pick<SessionRow, 'config' | 'groupConfigs'>,
): Promise<void> {
  await db.update(sessions).set(configs).where(named(name))
}

/** What changes in a session's row beside what its effects say. */
export interface SessionChange {
  readonly session: number
  /** From here on the session's updates are not needed any more. */
  readonly result?: Pick<SessionRow, 'model' | 'published' | 'groups' | 'similarity' | 'memory' | 'distilled'>
  /** Bytes to be added to the session's account. */
  readonly traffic?: { readonly up: number; readonly down: number }
}

/** What the journal says of sessions when a step is decided, in the transaction that holds the new state. */
export async function journalSessions(
  tx: Writer,
  { effects, changes }: { readonly effects: readonly RunEffect[]; readonly changes: readonly SessionChange[] },
  at: { readonly federation: string; readonly now: number; readonly baseModel: string },
): Promise<void> {
  const { federation, now, baseModel } = at
  const rows = new Map<number, PgUpdateSetSource<typeof sessions>>()
  const set = (session: number, row: PgUpdateSetSource<typeof sessions>) =>
    rows.set(session, { ...rows.get(session), ...row })
  for (const effect of effects) {
    switch (effect.type) {
      case 'open-session': {
        const { round, session, cohort } = effect
        const row = { federation, session, round, baseModel, cohort, outcome: 'open', startedAt: now } as const
        await tx.insert(sessions).values(row).onConflictDoNothing()
        break
      }
      case 'aggregate':
        set(effect.session, { trainedAt: sql`coalesce(${sessions.trainedAt}, ${now})` })
        break
      case 'publish':
        set(effect.session, { aggregatedAt: sql`coalesce(${sessions.aggregatedAt}, ${now})` })
        break
      case 'abort-session':
        set(effect.session, { outcome: 'aborted', closedAt: now })
        break
      case 'close-round':
        set(effect.session, { outcome: 'published', closedAt: now })
        break
      case 'end':
    }
  }
  for (const { session, result, traffic } of changes) {
    if (result) set(session, result)
    if (traffic)
      set(session, {
        bytesUp: sql`${sessions.bytesUp} + ${traffic.up}`,
        bytesDown: sql`${sessions.bytesDown} + ${traffic.down}`,
      })
  }
  for (const [session, row] of rows) await tx.update(sessions).set(row).where(named({ federation, session }))
}
