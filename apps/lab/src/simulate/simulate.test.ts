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
import { type Mode, corpusFor } from './modes.ts'
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
    strategy: 'fedpav',
    seed: 3,
  },
  { name: 'test', validation: 0, evaluateEvery: 1, minClients: 1 },
)
const quiet = { say() {}, begin: () => ({ update() {}, end() {} }) }

let corpus: Corpus
let initial: Params
let folder: string
let pools: Readonly<Record<'one' | 'two' | 'centralised', TrainingPool>>
beforeAll(async () => {
  const people = generatedDataSet({ people: 8, cameras: 2, seed: 1, unseen: 6 })
  corpus = await readCorpus([people], { split: 'by-camera', size, progress: quiet })
  initial = await initialModel(settings.local, settings.seed)
  folder = await mkdtemp(join(tmpdir(), 'passerby-simulate-'))
  const pool = (size: number, { clients }: Corpus) =>
    trainingPool({
      size,
      choice: settings.local,
      clients: new Map(clients.map(({ name, pixels }) => [name, pixels])),
      images: evaluationImages(corpus.evaluations),
    })
  pools = { one: pool(1, corpus), two: pool(2, corpus), centralised: pool(1, corpusFor('centralised', corpus)) }
}, 60_000)
afterAll(async () => {
  await Promise.all(Object.values(pools).map((pool) => pool.close()))
  await rm(folder, { recursive: true })
})

interface RunOptions {
  readonly mode?: Mode
  /** Ends the run like a kill right after that round was kept. */
  readonly stopAfter?: number
}

/** Runs in worker threads. */
async function run(name: string, workers: keyof typeof pools, { mode = 'federated', stopAfter }: RunOptions = {}) {
  return simulate(
    { mode, corpus: corpusFor(mode, corpus), settings, initial },
    {
      workplace: pools[workers],
      state: stateFolder<SimulationRecord>(join(folder, name), { mode, settings }),
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
    const { record, final, models } = await run('whole', 'two')
    expect(record.rounds.map(({ round, clients, images }) => [round, clients, images])).toEqual([
      [1, 2, 64],
      [2, 2, 64],
    ])
    expect(record.rounds[1].loss).toBeLessThan(record.rounds[0].loss)
    expect(record.rounds[1].evaluation).toEqual(final)
    expect(Object.keys(final)).toEqual(['synthetic'])
    expect(models.get('global')?.values).not.toEqual(initial.values)
  })

  test('the number of workers changes nothing', async () => {
    expect(await run('one worker', 'one')).toEqual(await run('two workers', 'two'))
  })

  test('a killed run goes on from its last round to the same end', async () => {
    await expect(run('killed', 'two', { stopAfter: 1 })).rejects.toThrow('killed')
    expect(await run('killed', 'two')).toEqual(await run('never killed', 'two'))
  })
})

describe('the same cameras without a federation', { timeout: 120_000 }, () => {
  test('clients alone start as in the federation, see as many images, and part from it in the second round', async () => {
    const federated = (await run('federated', 'two')).record.rounds
    const { record, final, models } = await run('standalone', 'two', { mode: 'standalone' })
    const seen = record.rounds.map(({ clients, images }) => [clients, images])
    expect(seen).toEqual(federated.map(({ clients, images }) => [clients, images]))
    expect(record.rounds[0].loss).toBeCloseTo(federated[0].loss, 12)
    expect(record.rounds[1].loss).not.toBeCloseTo(federated[1].loss, 6)
    expect(record.rounds[0].bytesUp).toBe(0)
    const own = Object.values(record.rounds[1].own ?? {})
    expect([...models.keys()]).toEqual(corpus.clients.map(({ name }) => name))
    expect(own).toHaveLength(2)
    expect(final.synthetic.mAP).toBeCloseTo((own[0].synthetic.mAP + own[1].synthetic.mAP) / 2, 1)
  })

  test('clients alone go on after a kill to the same end', async () => {
    const mode = 'standalone'
    await expect(run('killed alone', 'two', { mode, stopAfter: 1 })).rejects.toThrow('killed')
    expect(await run('killed alone', 'two', { mode })).toEqual(await run('alone', 'one', { mode }))
  })

  test('one learner has all images, and every person once though both cameras saw them', async () => {
    const { clients } = corpusFor('centralised', corpus)
    expect(clients.map(({ name, sets }) => [name, sets])).toEqual([['all', ['synthetic']]])
    expect(clients[0].pixels.names).toEqual(corpus.clients.flatMap(({ pixels }) => pixels.names))
    expect(new Set(clients[0].pixels.identities).size).toBe(8)
    const { record } = await run('centralised', 'centralised', { mode: 'centralised' })
    expect(record.rounds.map(({ clients, images, bytesUp }) => [clients, images, bytesUp])).toEqual([
      [1, 64, 0],
      [1, 64, 0],
    ])
  })

  test('a share of the clients is refused where it would be another number of image passes', async () => {
    const fewer = { ...settings, cohort: { ...settings.cohort, fraction: 0.5 } }
    const around = { workplace: pools.one, state: stateFolder<SimulationRecord>(join(folder, 'x'), {}) }
    const silent = { clock: () => 0, onStart() {}, onClient() {}, onRound() {} }
    await expect(
      simulate({ mode: 'standalone', corpus, settings: fewer, initial }, { ...around, ...silent }),
    ).rejects.toThrow('use fraction 1')
  })
})
