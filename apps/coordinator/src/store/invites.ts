import { and, asc, count, eq } from 'drizzle-orm'
import type { InviteView } from '@passerby/protocol'
import type { Database } from './database.ts'
import { clients, invites } from './schema.ts'

export type InviteRow = typeof invites.$inferSelect

const named = (federation: string, id: string) => and(eq(invites.federation, federation), eq(invites.id, id))

export async function findInvite(db: Database, federation: string, id: string): Promise<InviteRow | undefined> {
  return (await db.select().from(invites).where(named(federation, id))).at(0)
}

export async function storeInvite(db: Database, invite: InviteRow): Promise<void> {
  await db.insert(invites).values(invite)
}

/** False when there is no such invite. */
export async function revokeInvite(db: Database, federation: string, id: string): Promise<boolean> {
  const revoked = await db.update(invites).set({ revoked: true }).where(named(federation, id)).returning()
  return revoked.length > 0
}

/** Every invite of a federation with the number of clients that joined by it, oldest first. */
export async function readInvites(db: Database, federation: string): Promise<InviteView[]> {
  const joined = and(eq(clients.federation, invites.federation), eq(clients.invite, invites.id))
  const rows = await db
    .select({ invite: invites, uses: count(clients.id) })
    .from(invites)
    .leftJoin(clients, joined)
    .where(eq(invites.federation, federation))
    .groupBy(invites.id)
    .orderBy(asc(invites.createdAt))
  return rows.map(({ invite: { id, label, createdAt, expiresAt, revoked }, uses }) => ({
    id,
    label,
    createdAt,
    expiresAt,
    revoked,
    uses,
  }))
}
