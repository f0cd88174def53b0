import type { Params } from '@passerby/federation'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Corpus, readCorpus } from '../corpus/corpus.ts'
import { generatedDataSet } from '../corpus/generated.ts'
import { evaluationImages } from '../measure/measure.ts'
import { federationSettings } from '../settings/learning.ts'
import { initialModel } from '../work/models.ts'
import { type TrainingPool, trainingPool } from '../work/training-pool.ts'
import { type SimulationRecord, simulate } from './simulate.ts'
import { stateFolder } from './state-folder.ts'

const size = { height: 32, width: 16 }
const settings = federationSettings(
  {
    backbone: 'tiny',
    embedding: 16,
    size,
    rounds: 2,
    epochs: 1,
    batch: 16,
    rate: 0.05,
    weightDecay: 5e-4,
    smoothing: 0.1,
    fraction: 1,
    statistics: 'average',
    seed: 3,
  },
  { name: 'test', validation: 0, evaluateEvery: 1, minClients: 1 },
)
const quiet = { say() {}, begin: () => ({ update() {}, end() {} }) }

let corpus: Corpus
let initial: Params
let folder: string
let pools: Readonly<Record<'one' | 'two', TrainingPool>>
beforeAll(async () => {
  const people = generatedDataSet({ people: 8, cameras: 2, seed: 1, unseen: 6 })
  corpus = await readCorpus([people], { split: 'by-camera', size, progress: quiet })
  initial = await initialModel(settings.local, settings.seed)
  folder = await mkdtemp(join(tmpdir(), 'passerby-simulate-'))
  const work = {
    choice: settings.local,
    clients: new Map(corpus.clients.map(({ name, pixels }) => [name, pixels])),
    images: evaluationImages(corpus.evaluations),
  }
  pools = { one: trainingPool({ ...work, size: 1 }), two: trainingPool({ ...work, size: 2 }) }
}, 60_000)
afterAll(async () => {
  await Promise.all(Object.values(pools).map((pool) => pool.close()))
  await rm(folder, { recursive: true })
})

/** Runs in worker threads; `stopAfter` ends it like a kill right after that round was kept. */
async function run(name: string, workers: keyof typeof pools, stopAfter?: number) {
  const clients = corpus.clients.map(({ name }) => name)
  return simulate(
    { clients, evaluations: corpus.evaluations, settings, initial },
    {
      workplace: pools[workers],
      state: stateFolder<SimulationRecord>(join(folder, name), { settings }),
      clock: () => 0,
      onStart() {},
      onClient() {},
      onRound({ round }) {
        if (round === stopAfter) throw new Error('killed')
      },
    },
  )
}

describe('a federation of two cameras', { timeout: 120_000 }, () => {
  test('plays its rounds, learns its people and measures all on unseen ones', async () => {
    const { record, final, model } = await run('whole', 'two')
    expect(record.rounds.map(({ round, clients, images }) => [round, clients, images])).toEqual([
      [1, 2, 64],
      [2, 2, 64],
    ])
    expect(record.rounds[1].loss).toBeLessThan(record.rounds[0].loss)
    expect(record.rounds[1].evaluation).toEqual(final)
    expect(Object.keys(final)).toEqual(['synthetic'])
    expect(model.values).not.toEqual(initial.values)
  })

  test('the number of workers changes nothing', async () => {
    expect(await run('one worker', 'one')).toEqual(await run('two workers', 'two'))
  })

  test('a killed run goes on from its last round to the same end', async () => {
    await expect(run('killed', 'two', 1)).rejects.toThrow('killed')
    expect(await run('killed', 'two')).toEqual(await run('never killed', 'two'))
  })
})
