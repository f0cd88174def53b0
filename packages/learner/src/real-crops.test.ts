import { dataSetsOf, decodeCrops } from '@passerby/crops'
import { decodeImage, directoryFiles } from '@passerby/crops/node'
import { strategies, updateFold, updateLayoutOf } from '@passerby/federation'
import { existsSync } from 'node:fs'
import { beforeAll, expect, test } from 'vitest'
import { useBackend } from './backend/use-backend.ts'
import { imagesOf } from './data/pixels.ts'
import { createLearner } from './learner.ts'
import { networkOf } from './network/network-of.ts'
import type { LocalSettings } from './settings.ts'
import { FEDPAV, memoryOf, TINY_SETTINGS, tinyBackbone, tinyParameters } from './testing/synthetic.ts'

const REAL = '../shared/reid-data/pku-reid'
const OTHER = '../shared/reid-data/market1501'
const network = networkOf(tinyBackbone)
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

test.skipIf(!existsSync(REAL)).each(['flattened', 'averaged'] as const)(
  'clients of one data set have more alike sketches, %s, and move less from round to round',
  { timeout: 120_000 },
  async (by) => {
    const clients = new Map([
      ['a', await peopleOf(REAL, 12)],
      ['b', await peopleOf(OTHER, 12)],
      ['c', await peopleOf(REAL, 12, 12)],
      ['d', await peopleOf(OTHER, 12, 12)],
    ])
    const publicSet = await peopleOf(REAL, 20, 24)
    const strategy = { ...FEDPAV, weighting: 'cosine-features', clustering: { by, images: 32 } } as const
    const settings = { ...TINY_SETTINGS, epochs: 2, batchSize: 16, backboneRate: 0.002 }
    const learners = [...clients].map(([client, training]) => ({
      client,
      learner: createLearner({ training, memory: memoryOf(), federation: 'real', network: () => network }),
    }))
    let backbone = tinyParameters
    const moved: number[] = []
    const margins: number[] = []
    for (let round = 1; round <= 4; round++) {
      const about = { round, embedding: settings.embedding, publicImages: imagesOf(publicSet) }
      const fold = updateFold(updateLayoutOf(strategy, network.parameters, about))
      for (const [seed, { client, learner }] of learners.entries()) {
        const task = { round, rounds: 4, seed, strategy, commonSeed: 3, publicSet, backbone, settings }
        const { backbone: trained, extras, weight } = await learner.train(task, { signal })
        fold.add(client, { values: Float32Array.of(...trained, ...extras), weight })
      }
      backbone = fold.mean().mean.values
      moved.push(fold.mean().weight / 4)
      const grouping = await strategies.fedpav.group(fold.arrivals(), strategy, async () => undefined)
      // Rows of a matrix: a with b, c, d, then b with c and d, then c with d.
      const [, ab, ac, ad, , , bc, bd, , , , cd] = grouping?.similarity ?? []
      margins.push((ac + bd) / 2 - (ab + ad + bc + cd) / 4)
    }
    expect(margins.every((margin) => margin > 0)).toBe(true)
    expect(moved[3]).toBeLessThan(0.7 * moved[0])
  },
)

/** Some people of a data set's training part. */
async function peopleOf(folder: string, count: number, from = 0) {
  const [{ parts }] = dataSetsOf(await directoryFiles(folder), { rootName: 'real' })
  const people = [...new Set(parts.train.map(({ identity }) => identity))].sort().slice(from, from + count)
  const crops = parts.train.filter(({ identity }) => people.includes(identity))
  const { set, unreadable } = await decodeCrops(crops, TINY_SETTINGS.input, { decode: decodeImage })
  expect(unreadable).toEqual([])
  return set
}
