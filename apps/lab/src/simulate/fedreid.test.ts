import type { Params } from '@passerby/federation'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Corpus, readCorpus } from '../corpus/corpus.ts'
import { generatedDataSet } from '../corpus/generated.ts'
import { readPublicSet, setAside } from '../corpus/public-set.ts'
import { evaluationImages } from '../measure/measure.ts'
import { parseExperiment } from '../experiment/read.ts'
import { initialModel } from '../work/models.ts'
import { type TrainingPool, trainingPool } from '../work/training-pool.ts'
import { type SimulationRecord, simulate } from './simulate.ts'
import { stateFolder } from './state-folder.ts'

const size = { height: 32, width: 16 }
const quiet = { say() {}, begin: () => ({ update() {}, end() {} }) }

/** The settings that an experiment file comes to. */
function settingsFor(strategy: string) {
  const { runs } = parseExperiment(
    `
name: FedReID
data: { folder: synthetic }
arms: [{ label: arm, mode: federated, scenario: by-camera, settings: { strategy: ${strategy} } }]
seeds: [3]
settings:
  rounds: 2
  local: { backbone: tiny, embedding: 16, batchSize: 16, input: { height: 32, width: 16 } }`,
    'x.yaml',
  )
  return runs[0].settings
}

let corpus: Corpus
let initial: Params
let folder: string
let pool: TrainingPool
beforeAll(async () => {
  const people = generatedDataSet({ people: 10, cameras: 4, seed: 1, unseen: 6 })
  const { sets, publicCrops } = setAside([people], 2)
  const publicSet = await readPublicSet(publicCrops, 16, { size, progress: quiet })
  const { local } = settingsFor('{}')
  corpus = {
    ...(await readCorpus(sets, { split: 'by-camera', size, progress: quiet })),
    ...(publicSet && { publicSet }),
  }
  initial = await initialModel(local, 3)
  folder = await mkdtemp(join(tmpdir(), 'passerby-fedreid-'))
  pool = trainingPool({
    size: 2,
    choice: local,
    clients: new Map(corpus.clients.map(({ name, pixels }) => [name, pixels])),
    images: evaluationImages(corpus.evaluations),
  })
}, 60_000)
afterAll(async () => {
  await pool.close()
  await rm(folder, { recursive: true })
})

async function run(name: string, strategy: string, stopAfter?: number) {
  return simulate(
    { mode: 'federated', corpus, settings: settingsFor(strategy), initial, evaluation: { ownEvery: 2, last: 1 } },
    {
      workplace: pool,
      state: stateFolder<SimulationRecord>(join(folder, name), strategy),
      clock: () => 0,
      onStart() {},
      onClient() {},
      onRound({ round }) {
        if (round === stopAfter) throw new Error('killed')
      },
    },
  )
}

const global = ({ models }: { readonly models: ReadonlyMap<string, Params> }) => models.get('global')?.values ?? []

test(
  'private and open distillation give one model, and not that of plain averaging',
  { timeout: 120_000 },
  async () => {
    const kd = (teachers: string) => `{ distillation: { teachers: ${teachers}, rate: 0.05, images: 16 } }`
    const [plain, hidden, open] = await Promise.all([
      run('plain', '{}'),
      run('private', kd('private')),
      run('open', kd('open')),
    ])
    const apart = (a: ArrayLike<number>, b: ArrayLike<number>) =>
      Array.from(a).reduce((most, value, at) => Math.max(most, Math.abs(value - b[at])), 0)
    // Two rounds of training make of a difference in the last bits of a float32 what stays below this.
    expect(apart(global(hidden), global(open))).toBeLessThan(1e-3)
    expect(apart(global(hidden), global(plain))).toBeGreaterThan(1e-2)
    const [first] = hidden.record.rounds
    expect(first.bytesUp - plain.record.rounds[0].bytesUp).toBe(4 * 16 * 16 * Float32Array.BYTES_PER_ELEMENT)
  },
)

test('cosine weights are shares that do not go by images, and add up', { timeout: 120_000 }, async () => {
  const { record } = await run('weights', '{ weighting: cosine-features }')
  const shares = Object.values(record.rounds[0].shares)
  expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 6)
  expect(new Set(shares.map((share) => share.toFixed(4))).size).toBeGreaterThan(1)
  expect(new Set(corpus.clients.map(({ pixels }) => pixels.names.length)).size).toBe(1)
})

test(
  'groups, own models and those of groups are measured, and a killed run goes on to the same',
  { timeout: 120_000 },
  async () => {
    const clustering = '{ clustering: { by: averaged, images: 8 } }'
    await expect(run('killed', clustering, 1)).rejects.toThrow('killed')
    const { record } = await run('killed', clustering)
    expect(record).toEqual((await run('whole', clustering)).record)
    const names = corpus.clients.map(({ name }) => name)
    const [first, last] = record.rounds
    for (const { groups } of record.rounds) {
      expect(groups?.flat().toSorted()).toEqual(names)
      expect(groups?.every((group) => group.length > 1)).toBe(true)
    }
    expect(first.own).toBeUndefined()
    for (const figures of [last.own, last.group]) {
      expect(Object.keys(figures ?? {})).toEqual(names)
      expect(Object.values(figures ?? {}).every(({ synthetic }) => synthetic.rank1 >= 0)).toBe(true)
    }
    for (const group of last.groups ?? [])
      expect(new Set(group.map((client) => JSON.stringify(last.group?.[client]))).size).toBe(1)
  },
)
