import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { PGlite } from '@electric-sql/pglite'
import { type PgliteDatabase, drizzle } from 'drizzle-orm/pglite'
import { migrate } from 'drizzle-orm/pglite/migrator'
import { join } from 'node:path'
import { CoordinatorError } from '../errors.ts'
import type { Log } from '../log.ts'
import { type Journal, openJournal } from './journal.ts'
import { type RedoLog, type RedoWatch, openRedoLog } from './redo-log.ts'

export type Database = PgliteDatabase
/** What takes statements that answer nothing: the database, a transaction, or the journal. */
export type Writer = Pick<Database, 'insert' | 'update' | 'delete'>

export interface OpenDatabase {
  /** Whatever is asked of it sees what the journal holds. */
  readonly db: Database
  readonly journal: Journal
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
    return await connect(folder, {
      onRefused(error) {
        log.fatal({ err: error }, 'the database refused what was decided: the coordinator ends; restart it')
        setImmediate(() => {
          throw error
        })
      },
      onSetAside(entries, path, reason) {
        log.error({ err: reason, entries, path }, 'some of what was decided last could not be kept, and is set aside')
      },
    })
  } catch (cause) {
    const what = `The database in ${folder} does not open. Restore it from a backup, or start with another data folder.`
    throw new CoordinatorError('bad-folder', what, { cause })
  }
}

/** The database with its journal; what an earlier process decided and did not execute is executed. */
export async function connect(folder: string, watch: RedoWatch): Promise<OpenDatabase> {
  const client = await migrated(folder)
  const redo = await openRedoLog(`${folder}-redo.log`, client, watch)
  const db = drizzle({ client: behind(redo, client), casing: 'snake_case' })
  return {
    db,
    journal: await openJournal(db, redo),
    async close() {
      await redo.close()
      await client.close()
    },
  }
}

/** Opens or makes the database in this process, and brings it to the newest schema. */
export async function migrated(folder: string): Promise<PGlite> {
  const client = await PGlite.create(folder)
  await migrate(drizzle({ client }), { migrationsFolder })
  return client
}

/** A client that has the log executed before anything that it is asked itself. */
function behind(redo: RedoLog, client: PGlite): PGlite {
  return new Proxy(client, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target)
      if (typeof value !== 'function') return value
      return (...args: readonly unknown[]): unknown => {
        redo.flush()
        return Reflect.apply(value, target, args)
      }
    },
  })
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
