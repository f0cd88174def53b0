import { eq } from 'drizzle-orm'
import type { Database } from './database.ts'
import { models } from './schema.ts'
import type { Transaction } from './sessions.ts'

export type ModelRow = typeof models.$inferSelect

export async function findModel(db: Database, sha256: string): Promise<ModelRow | undefined> {
  return (await db.select().from(models).where(eq(models.sha256, sha256))).at(0)
}

/** The same bytes again keep the name that they have. */
export async function storeModelRow(db: Database | Transaction, model: ModelRow): Promise<void> {
  await db.insert(models).values(model).onConflictDoNothing()
}
