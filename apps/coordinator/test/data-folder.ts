import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { cp, mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** A data folder of its own for a test. The database in it is a copy, since making one takes seconds. */
export async function newDataFolder(): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'passerby-coordinator-'))
  await cp(await templateDatabase(), join(path, 'database'), { recursive: true })
  return { path, remove: () => rm(path, { recursive: true, force: true }) }
}

/** An empty database at the newest schema, kept between runs of the tests. */
async function templateDatabase(): Promise<string> {
  const parts = ['../migrations/meta/_journal.json', '../../../node_modules/@electric-sql/pglite/package.json']
  const version = createHash('sha256')
  for (const part of parts) version.update(readFileSync(at(part)))
  const folder = join(tmpdir(), `passerby-empty-${version.digest('hex').slice(0, 16)}`, `${process.getuid?.() ?? 0}`)
  const database = join(folder, 'database')
  if (existsSync(database)) return database
  await mkdir(folder, { recursive: true })
  const mine = await mkdtemp(join(folder, 'new-'))
  const script = at('../src/store/create-database.ts')
  await promisify(execFile)(process.execPath, ['--import', 'tsx', script, join(mine, 'database')])
  // Two test files may do this at once: one of them wins, and both have the same.
  await rename(join(mine, 'database'), database).catch((error: unknown) => {
    if (!existsSync(database)) throw error
  })
  await rm(mine, { recursive: true, force: true })
  return database
}
