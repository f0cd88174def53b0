import { dataSetsOf, decodeCrops } from '@passerby/crops'
import { decodeImage, directoryFiles } from '@passerby/crops/node'
import { existsSync } from 'node:fs'
import { beforeAll, expect, test } from 'vitest'
import { useBackend } from './backend/use-backend.ts'
import { createLearner } from './learner.ts'
import type { LocalSettings } from './settings.ts'
import { FEDPAV, memoryOf, TINY_SETTINGS, tinyParameters } from './testing/synthetic.ts'

const REAL = '../shared/reid-data/pku-reid'
const { signal } = new AbortController()

beforeAll(() => useBackend('wasm'))

const triplets = { ...TINY_SETTINGS.loss, identity: 0, triplet: 1 }
/** At larger rates batch-hard triplets draw all embeddings into one point, where the loss is the margin. */
const slow = { optimiser: 'adam', backboneRate: 0.001, headRate: 0.001 } as const

test.skipIf(!existsSync(REAL)).each<[string, Partial<LocalSettings>]>([
  ['triplets alone', { loss: triplets, ...slow }],
  ['soft triplets alone', { loss: { ...triplets, softMargin: true }, ...slow }],
  [
    'all losses, erasing, jitter and a cosine',
    {
      loss: { ...TINY_SETTINGS.loss, triplet: 1, centre: 0.0005 },
      ...slow,
      backboneRate: 0.003,
      headRate: 0.003,
      erasing: { ...TINY_SETTINGS.erasing, probability: 0.5 },
      jitter: { brightness: 0.2, contrast: 0.15, saturation: 0 },
      schedule: { ...TINY_SETTINGS.schedule, kind: 'cosine', floor: 0.01, warmUp: 2 },
    },
  ],
])('real people are told apart across two cameras after ten rounds of %s', { timeout: 120_000 }, async (_, changes) => {
  const people = await peopleOf(REAL, 24)
  const learner = createLearner({ training: people, validation: people, memory: memoryOf(), federation: 'real' })
  const sampling = { by: 'identity', imagesEach: 4 } as const
  const settings: LocalSettings = { ...TINY_SETTINGS, epochs: 2, batchSize: 24, sampling, ...changes }
  const before = await learner.evaluate({ backbone: tinyParameters, settings }, { signal })
  let backbone = tinyParameters
  const losses: number[] = []
  for (let round = 1; round <= 10; round++) {
    const task = { round, rounds: 10, seed: 1, strategy: FEDPAV, commonSeed: 3, backbone, settings } as const
    const outcome = await learner.train(task, { signal })
    losses.push(outcome.loss)
    backbone = outcome.backbone
  }
  const after = await learner.evaluate({ backbone, settings }, { signal })
  expect(losses.at(-1)).toBeLessThan(0.8 * losses[0])
  // Of 24 people an untrained backbone finds hardly one.
  expect(before?.mAP).toBeLessThan(6)
  expect(after?.mAP).toBeGreaterThan(12)
})

/** The first people of a data set's training part. */
async function peopleOf(folder: string, count: number) {
  const [{ parts }] = dataSetsOf(await directoryFiles(folder), { rootName: 'real' })
  const people = [...new Set(parts.train.map(({ identity }) => identity))].sort().slice(0, count)
  const crops = parts.train.filter(({ identity }) => people.includes(identity))
  const { set, unreadable } = await decodeCrops(crops, TINY_SETTINGS.input, { decode: decodeImage })
  expect(unreadable).toEqual([])
  return set
}
