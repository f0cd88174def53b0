import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runFedreidBench } from './run-fedreid-bench.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'passerby-fedreid-bench-'))
})
afterAll(() => rm(folder, { recursive: true }))

const arm = (more: object) => ({ label: 'FedPav', mode: 'federated', scenario: 'by-camera', ...more })

test.each([
  ['an arm without a label', { arms: [arm({}), arm({ label: undefined, mode: 'standalone' })] }, 'needs a label'],
  ['a grid', { arms: [arm({})], grid: { 'local.batchSize': [8, 16] } }, 'lab sweep'],
  ['several first models', { arms: [arm({})], inits: [{ label: 'a' }, { label: 'b' }] }, 'lab sweep'],
])('%s is refused before anything is played', async (_, said, message) => {
  const file = join(folder, 'experiment.yaml')
  await writeFile(file, JSON.stringify({ name: 'x', data: { folder: 'synthetic' }, ...said }))
  const out = join(folder, 'out')
  await expect(runFedreidBench([file], { out, workers: 1 })).rejects.toThrow(message)
  expect(await readdir(folder)).toEqual(['experiment.yaml'])
})
