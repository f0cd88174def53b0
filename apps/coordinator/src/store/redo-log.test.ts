import { appendFile, mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PGlite } from '@electric-sql/pglite'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { migrated } from './database.ts'
import { type RedoLog, openRedoLog } from './redo-log.ts'

let folder: string
let client: PGlite
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'passerby-redo-'))
  client = await migrated(join(folder, 'database'))
  await client.exec('create table said (what text primary key)')
}, 60_000)
afterAll(async () => {
  await client.close()
  await rm(folder, { recursive: true, force: true })
})

let path: string
beforeEach(async () => {
  path = join(folder, `${Math.random()}.log`)
  await client.exec('delete from said; update redo_position set entry = 0')
})

const opened: RedoLog[] = []
afterEach(async () => {
  for (const log of opened.splice(0)) await log.close()
})
async function open(onRefused?: (error: unknown) => void): Promise<RedoLog> {
  const log = await openRedoLog(path, client, onRefused)
  opened.push(log)
  return log
}

const say = (what: string) => [{ sql: 'insert into said values ($1)', params: [what] }]
async function said(): Promise<readonly string[]> {
  const { rows } = await client.query<{ readonly what: string }>('select what from said order by what')
  return rows.map(({ what }) => what)
}
/** As another process finds it: what is on file, and a database that got none of it. */
async function killed(): Promise<string> {
  const text = await readFile(path, 'utf8')
  await rm(path)
  return text
}

test('what was appended is in the database after a flush, for whoever asks next', async () => {
  const log = await open()
  log.append(say('a'))
  log.append([...say('b'), ...say('c')])
  expect(await said()).toEqual([])
  log.flush()
  expect(await said()).toEqual(['a', 'b', 'c'])
})

test('it gets there by itself', async () => {
  const log = await open()
  log.append(say('a'))
  await expect.poll(said).toEqual(['a'])
})

test('a process that is killed before leaves it to the next one, which does it once', async () => {
  const log = await open()
  log.append(say('a'))
  log.flush()
  await said()
  log.append(say('b'))
  log.append(say('c'))
  const left = await killed()
  // The second entry was executed by a process that was killed before it could say so on file.
  await client.exec("insert into said values ('b'); update redo_position set entry = 2")
  path = `${path}.next`
  await appendFile(path, left)
  await open()
  expect(await said()).toEqual(['a', 'b', 'c'])
  expect((await stat(path)).size).toBe(0)
  await client.exec('update redo_position set entry = 3')
})

test('a line that was cut short decided nothing', async () => {
  const log = await open()
  log.append(say('a'))
  const left = await killed()
  path = `${path}.next`
  await appendFile(path, `${left}{"entry":2,"statements":[{"sql":"insert into sai`)
  const next = await open()
  expect(await said()).toEqual(['a'])
  next.append(say('b'))
  next.flush()
  expect(await said()).toEqual(['a', 'b'])
})

test('one entry is all or nothing, and after a refusal nothing more is decided', async () => {
  const refusals: unknown[] = []
  const log = await open((error) => refusals.push(error))
  log.append(say('a'))
  log.append([...say('b'), ...say('b')])
  log.flush()
  await expect.poll(() => refusals.length).toBe(1)
  expect(await said()).toEqual([])
  expect(() => log.append(say('c'))).toThrow(expect.objectContaining({ code: 'bad-folder' }))
})
