import type { RoundRecord } from '@passerby/protocol'
import { and, asc, desc, eq, gte, inArray } from 'drizzle-orm'
import { toRoundRecord } from '../run/record.ts'
import type { Database } from './database.ts'
import { contributions, evaluations, models, sessions } from './schema.ts'

/**
 * Records of a run's sessions, oldest first: all of them, the newest `last`, or those from session `from` on.
 * `now`: until when an unfinished phase has lasted, epoch milliseconds.
 */
export async function readRecords(
  db: Database,
  federation: string,
  { last, from = 1, now }: { readonly last?: number; readonly from?: number; readonly now: number },
): Promise<readonly RoundRecord[]> {
  const wanted = and(eq(sessions.federation, federation), gte(sessions.session, from))
  const query = db.select().from(sessions).where(wanted).orderBy(desc(sessions.session))
  const rows = (await (last === undefined ? query : query.limit(last))).reverse()
  const oldest = rows.at(0)?.session
  if (oldest === undefined) return []
  const given = await db
    .select()
    .from(contributions)
    .where(and(eq(contributions.federation, federation), gte(contributions.session, oldest)))
    .orderBy(asc(contributions.client))
  const measured = await db
    .select()
    .from(evaluations)
    .where(and(eq(evaluations.federation, federation), gte(evaluations.session, oldest)))
  const made = rows.flatMap(({ model }) => (model === null ? [] : [model]))
  const sizes = await db
    .select({ sha256: models.sha256, bytes: models.bytes })
    .from(models)
    .where(inArray(models.sha256, made))
  const contributionsOf = bySession(given)
  const evaluationsOf = bySession(measured)
  return rows.map((session) => {
    const of = {
      session,
      contributions: contributionsOf.get(session.session) ?? [],
      evaluations: evaluationsOf.get(session.session) ?? [],
      model: sizes.find(({ sha256 }) => sha256 === session.model) ?? null,
    }
    return toRoundRecord(of, now)
  })
}

function bySession<Row extends { readonly session: number }>(
  rows: readonly Row[],
): ReadonlyMap<number, readonly Row[]> {
  const groups = new Map<number, Row[]>()
  for (const row of rows) {
    const group = groups.get(row.session)
    if (group) group.push(row)
    else groups.set(row.session, [row])
  }
  return groups
}
