/**
 * What was decided, in a file before it is in the database: a statement costs the embedded PostgreSQL a few milliseconds,
 * which clients that wait for the next round would wait for too. The file outlives the process; like the database's own
 * files it is not synced to the disk.
 */
import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs'
import { appendFile, readFile } from 'node:fs/promises'
import type { PGlite } from '@electric-sql/pglite'
import { CoordinatorError, systemCode } from '../errors.ts'

export interface Statement {
  readonly sql: string
  /** What JSON can hold. */
  readonly params: readonly unknown[]
}

export interface RedoLog {
  /**
   * On file when it returns, executed all together later, in the order of the calls. Throws when it cannot be written, and
   * once the database has refused something: then nothing more is decided until a restart has executed what is on file.
   */
  append(statements: readonly Statement[]): void
  /** Hands everything to the database, so that what is asked of it from now on sees it. */
  flush(): void
  /** Flushes, and resolves when all of it is executed. */
  close(): Promise<void>
}

/** A line of the file. */
interface Entry {
  readonly entry: number
  readonly statements: readonly Statement[]
}

/** What was decided waits this long, so that its consequences go first. */
const FLUSH_AFTER_MS = 300
/** The file starts anew when everything in it is executed and it is longer than this. */
const LONGEST_FILE_BYTES = 1_000_000

export interface RedoWatch {
  /** The database refused something: what was decided since is on file alone, and this process may decide nothing more. */
  readonly onRefused: (error: unknown) => void
  /** So many entries of an earlier process could not be executed, for this reason; they are in the file `path`. */
  readonly onSetAside: (entries: number, path: string, reason: unknown) => void
}

/**
 * Executes what an earlier process left on file. What cannot be (a refused entry, a damaged line, a gap that a loss of power
 * left, and whatever follows those two) is set aside.
 */
export async function openRedoLog(path: string, client: PGlite, watch: RedoWatch): Promise<RedoLog> {
  const executed = await executeFile(path, client, watch)
  const file = openSync(path, 'a', 0o600)
  ftruncateSync(file, 0)
  let last = executed
  let bytes = 0
  let refused: unknown
  let waiting: Entry[] = []
  let executing = Promise.resolve()
  let timer: NodeJS.Timeout | undefined

  function flush(): void {
    clearTimeout(timer)
    timer = undefined
    // Reads without what was decided would be wrong.
    if (refused !== undefined) throw refusal(refused)
    if (waiting.length === 0) return
    const batch = waiting
    waiting = []
    // Begun at once: the database takes its turns in the order in which they were asked for.
    const done = execute(client, batch)
    executing = Promise.all([executing, done]).then(
      ([, position]) => {
        if (position === last && bytes > LONGEST_FILE_BYTES) {
          ftruncateSync(file, 0)
          bytes = 0
        }
      },
      (error: unknown) => {
        if (refused !== undefined) return
        refused = error
        watch.onRefused(error)
      },
    )
  }

  return {
    flush,
    append(statements) {
      if (refused !== undefined) throw refusal(refused)
      const entry = { entry: last + 1, statements }
      const line = Buffer.from(`${JSON.stringify(entry)}\n`)
      writeWhole(file, line)
      last += 1
      bytes += line.length
      waiting.push(entry)
      timer ??= setTimeout(() => refused === undefined && flush(), FLUSH_AFTER_MS).unref()
    },
    async close() {
      if (refused === undefined) flush()
      await executing
      closeSync(file)
    },
  }

  /** A line that was cut short is taken back: the next one starts where it did. */
  function writeWhole(file: number, line: Uint8Array): void {
    let written = 0
    try {
      while (written < line.length) written += writeSync(file, line, written)
    } catch (error) {
      ftruncateSync(file, bytes)
      throw error
    }
  }
}

/** All or nothing, and only as the next after what is executed: the last entry's number. */
async function execute(client: PGlite, entries: readonly Entry[]): Promise<number> {
  const [first, last] = [entries[0].entry, entries[entries.length - 1].entry]
  await client.transaction(async (tx) => {
    for (const { statements } of entries) for (const { sql, params } of statements) await tx.query(sql, [...params])
    const moved = await tx.query('update redo_position set entry = $1 where entry = $2 returning entry', [
      last,
      first - 1,
    ])
    if (moved.rows.length !== 1) throw new Error(`redo log: entry ${first} is not the next one`)
  })
  return last
}

async function positionIn(client: PGlite): Promise<number> {
  await client.query('insert into redo_position (id, entry) values (1, 0) on conflict do nothing')
  const { rows } = await client.query<{ readonly entry: number }>('select entry from redo_position')
  return rows[0].entry
}

/** How far the database is when it has what it can have of the file. */
async function executeFile(path: string, client: PGlite, watch: RedoWatch): Promise<number> {
  const setAside = async (lines: readonly string[], reason: unknown) => {
    await appendFile(`${path}.set-aside`, lines.map((line) => `${line}\n`).join(''), { mode: 0o600 })
    watch.onSetAside(lines.length, `${path}.set-aside`, reason)
  }
  let executed = await positionIn(client)
  const lines = await readLines(path)
  for (const [index, line] of lines.entries()) {
    const entry = parseEntry(line)
    if (entry === undefined || entry.entry > executed + 1) {
      await setAside(lines.slice(index), new Error(`redo log: entry ${executed + 1} is damaged or missing`))
      return executed
    }
    if (entry.entry <= executed) continue
    try {
      await execute(client, [entry])
    } catch (reason) {
      await setAside([line], reason)
      await client.query('update redo_position set entry = $1', [entry.entry])
    }
    executed = entry.entry
  }
  return executed
}

function parseEntry(line: string): Entry | undefined {
  try {
    return JSON.parse(line) as Entry
  } catch {
    return undefined
  }
}

/** What was being written when the process ended decided nothing: behind the last line's end there is no whole one. */
async function readLines(path: string): Promise<readonly string[]> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return ''
    throw error
  })
  return text.split('\n').slice(0, -1)
}

function refusal(cause: unknown): CoordinatorError {
  const what = 'The database refused what was decided. Restart the coordinator: it goes on from what is on file.'
  return new CoordinatorError('bad-folder', what, { cause })
}
