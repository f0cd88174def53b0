import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type WorkerPool, workerPool } from './worker-pool.ts'

/** Answers with the job's double plus what the worker was started with; job 13 fails, job 99 kills the thread. */
const DOUBLING = `
import { parentPort, workerData } from 'node:worker_threads'
const start: number = workerData.data
parentPort?.on('message', (job: number) => {
  if (job === 99) process.exit(3)
  if (job === 13) parentPort?.postMessage({ ok: false, message: 'thirteen' })
  else parentPort?.postMessage({ ok: true, result: 2 * job + start })
})`

let folder: string
let file: URL
let pool: WorkerPool<number, number>
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'passerby-pool-'))
  file = pathToFileURL(join(folder, 'doubling.mts'))
  await writeFile(file, DOUBLING)
})
afterEach(() => pool.close())
afterAll(() => rm(folder, { recursive: true }))

test('every job gets its own answer, also when there are more jobs than workers', { timeout: 60_000 }, async () => {
  pool = workerPool(file, { size: 2, workerData: 1000 })
  expect(await Promise.all([1, 2, 3, 4, 5].map((job) => pool.run(job)))).toEqual([1002, 1004, 1006, 1008, 1010])
})

test('a job that fails leaves its worker at work', { timeout: 60_000 }, async () => {
  pool = workerPool(file, { size: 1, workerData: 0 })
  await expect(pool.run(13)).rejects.toThrow('thirteen')
  expect(await pool.run(4)).toBe(8)
})

test('a worker that dies ends every job, and the pool', { timeout: 60_000 }, async () => {
  pool = workerPool(file, { size: 1, workerData: 0 })
  const outcomes = await Promise.allSettled([pool.run(99), pool.run(1)])
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  await expect(pool.run(1)).rejects.toThrow('exit code 3')
})
