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
const refusals: unknown[] = []
const setAside: number[] = []
afterEach(async () => {
  for (const log of opened.splice(0)) await log.close()
  refusals.length = setAside.length = 0
})
async function open(): Promise<RedoLog> {
  const log = await openRedoLog(path, client, {
    onRefused: (error) => refusals.push(error),
    onSetAside: (entries) => setAside.push(entries),
  })
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

test('one entry is all or nothing, and after a refusal nothing more is decided or read', async () => {
  const log = await open()
  log.append(say('a'))
  log.append([...say('b'), ...say('b')])
  log.flush()
  await expect.poll(() => refusals.length).toBe(1)
  expect(await said()).toEqual([])
  const refused = expect.objectContaining({ code: 'bad-folder' })
  expect(() => log.append(say('c'))).toThrow(refused)
  expect(() => log.flush()).toThrow(refused)
  // The next process does what can be done, and sets the rest aside.
  const left = await killed()
  path = `${path}.next`
  await appendFile(path, left)
  await open()
  expect(await said()).toEqual(['a'])
  expect(setAside).toEqual([1])
  expect(await readFile(`${path}.set-aside`, 'utf8')).toBe(`${left.split('\n')[1]}\n`)
})

const line = (entry: number, what: string) => `${JSON.stringify({ entry, statements: say(what) })}\n`

test.each([
  ['a gap, as a loss of power leaves it,', line(1, 'a') + line(3, 'c') + line(4, 'd'), 2],
  ['a damaged line', `${line(1, 'a')}\0\0\0\n${line(3, 'c')}${line(4, 'd')}`, 3],
])('%s ends what can be executed, and the log goes on', async (_, text, lost) => {
  await appendFile(path, text)
  const log = await open()
  expect(await said()).toEqual(['a'])
  expect(setAside).toEqual([lost])
  log.append(say('b'))
  log.flush()
  expect(await said()).toEqual(['a', 'b'])
})
