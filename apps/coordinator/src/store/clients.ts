import type { Exclusion } from '@passerby/protocol'
import { and, eq } from 'drizzle-orm'
import type { Member } from '../run/member.ts'
import type { Writer } from './database.ts'
import { clients } from './schema.ts'

/** Keeps what is known of a client: who it is, how it joined, what passed between it and us. */
export async function storeClient(db: Writer, federation: string, member: Member): Promise<void> {
  const { id, publicKey, firstSeen, tokenHash, invite, alias, images, lastSeen, bytesUp, bytesDown } = member
  const { name: deviceName, backend, imagesPerSecond } = member.device
  const changing = {
    tokenHash,
    invite,
    alias,
    deviceName,
    backend,
    imagesPerSecond,
    images,
    lastSeen,
    bytesUp,
    bytesDown,
  }
  await db
    .insert(clients)
    .values({ federation, id, publicKey, firstSeen, ...changing })
    .onConflictDoUpdate({ target: [clients.federation, clients.id], set: changing })
}

/** That a client is taken out; null: let in again. */
export async function storeExclusion(
  db: Writer,
  { federation, client }: { readonly federation: string; readonly client: string },
  excluded: Exclusion | null,
): Promise<void> {
  await db
    .update(clients)
    .set({ excluded })
    .where(and(eq(clients.federation, federation), eq(clients.id, client)))
}
