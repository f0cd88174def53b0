import { eq } from 'drizzle-orm'
import type { Database, Writer } from './database.ts'
import { models } from './schema.ts'

export type ModelRow = typeof models.$inferSelect

/** What is known of model files. Rows never change; the newest ones, which every client asks for at once, are remembered. */
export interface ModelRows {
  find(sha256: string): Promise<ModelRow | undefined>
  /** From here on `find` knows it, although it is in no table yet. */
  note(row: ModelRow): void
}

const REMEMBERED = 16

export function modelRows(db: Database): ModelRows {
  const newest = new Map<string, ModelRow>()
  const note = (row: ModelRow) => {
    newest.set(row.sha256, row)
    for (const oldest of newest.keys()) if (newest.size > REMEMBERED) newest.delete(oldest)
  }
  return {
    note,
    async find(sha256) {
      const row = newest.get(sha256) ?? (await findModel(db, sha256))
      if (row) note(row)
      return row
    },
  }
}

export async function findModel(db: Database, sha256: string): Promise<ModelRow | undefined> {
  return (await db.select().from(models).where(eq(models.sha256, sha256))).at(0)
}

/** The same bytes again keep the name that they have. */
export async function storeModelRow(db: Writer, model: ModelRow): Promise<void> {
  await db.insert(models).values(model).onConflictDoNothing()
}
