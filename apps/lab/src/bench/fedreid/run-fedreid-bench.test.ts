import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runFedreidBench } from './run-fedreid-bench.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'passerby-fedreid-bench-'))
})
afterEach(() => rm(folder, { recursive: true }))

const arm = (more: object) => ({ label: 'FedPav', mode: 'federated', scenario: 'by-camera', ...more })

test.each([
  ['an arm without a label', { arms: [arm({}), arm({ label: undefined, mode: 'standalone' })] }, 'needs a label'],
  ['nothing by client', { arms: [arm({ mode: 'centralised' })] }, 'not centralised'],
  ['a grid', { arms: [arm({})], grid: { 'local.batchSize': [8, 16] } }, 'lab sweep'],
  ['several first models', { arms: [arm({})], inits: [{ label: 'a' }, { label: 'b' }] }, 'lab sweep'],
])('%s is refused before anything is played', async (_, said, message) => {
  const file = join(folder, 'experiment.yaml')
  await writeFile(file, JSON.stringify({ name: 'x', data: { folder: 'synthetic' }, ...said }))
  const out = join(folder, 'out')
  await expect(runFedreidBench([file], { out, workers: 1 })).rejects.toThrow(message)
  expect(await readdir(folder)).toEqual(['experiment.yaml'])
})

test('two files that would share a folder are refused before anything is played', async () => {
  const said = JSON.stringify({ name: 'x', data: { folder: 'synthetic' }, arms: [arm({})] })
  await mkdir(join(folder, 'other'))
  const files = [join(folder, 'same.yaml'), join(folder, 'other', 'same.yml')]
  for (const file of files) await writeFile(file, said)
  await expect(runFedreidBench(files, { out: join(folder, 'out'), workers: 1 })).rejects.toThrow('rename one')
  expect((await readdir(folder)).sort()).toEqual(['other', 'same.yaml'])
})

test('where all but the centralised learner fail, it is told why', { timeout: 60_000 }, async () => {
  const file = join(folder, 'experiment.yaml')
  const settings = { local: { backbone: 'tiny', embedding: 16, batchSize: 10, input: { height: 32, width: 16 } } }
  const wanting = { strategy: { clustering: { by: 'flattened' } } }
  const experiment = {
    name: 'x',
    data: { folder: 'synthetic', people: 8, cameras: 2, images: 20 },
    arms: [arm({ settings: wanting }), arm({ label: 'centralised', mode: 'centralised' })],
    settings,
  }
  await writeFile(file, JSON.stringify(experiment))
  const out = join(folder, 'out')
  await expect(runFedreidBench([file], { out, workers: 1, rounds: 1 })).rejects.toThrow(
    /1 of 2 runs failed.*FedPav_scratch_seed-1: This strategy looks at images that no client holds/s,
  )
  expect(await readdir(join(out, 'experiment'))).toContain('centralised_scratch_seed-1')
  expect(await readdir(out)).toEqual(['experiment'])
})
