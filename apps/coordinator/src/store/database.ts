import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { PGlite } from '@electric-sql/pglite'
import { type PgliteDatabase, drizzle } from 'drizzle-orm/pglite'
import { migrate } from 'drizzle-orm/pglite/migrator'
import { join } from 'node:path'
import { CoordinatorError } from '../errors.ts'
import type { Log } from '../log.ts'

export type Database = PgliteDatabase

export interface OpenDatabase {
  readonly db: Database
  close(): Promise<void>
}

const migrationsFolder = fileURLToPath(new URL('../../migrations', import.meta.url))

/**
 * Opens the PostgreSQL database of a data folder, and makes it where there is none. That takes a few seconds and
 * several hundred MB, so a process of its own does it. Throws `CoordinatorError` `bad-folder`.
 */
export async function openDatabase(folder: string, log: Log): Promise<OpenDatabase> {
  if (!existsSync(join(folder, 'PG_VERSION'))) {
    log.info({ folder }, 'making the database: this takes a few seconds, once')
    await createElsewhere(folder)
    log.info('the database is made')
  }
  try {
    return await connect(folder)
  } catch (cause) {
    const what = `The database in ${folder} does not open. Restore it from a backup, or start with another data folder.`
    throw new CoordinatorError('bad-folder', what, { cause })
  }
}

/** Opens or makes the database in this process, and brings it to the newest schema. */
export async function connect(folder: string): Promise<OpenDatabase> {
  const client = await PGlite.create(folder)
  const db = drizzle({ client, casing: 'snake_case' })
  await migrate(db, { migrationsFolder })
  return { db, close: () => client.close() }
}

async function createElsewhere(folder: string): Promise<void> {
  const script = fileURLToPath(new URL('./create-database.ts', import.meta.url))
  const child = spawn(process.execPath, ['--import', 'tsx', script, folder], { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (text: Buffer) => (said = (said + text.toString()).slice(-2_000)))
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (code === 0) return
  throw new CoordinatorError('bad-folder', `No database could be made in ${folder}: is it writable? ${said}`)
}
