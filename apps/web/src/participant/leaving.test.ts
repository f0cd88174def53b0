import { StrategySettings, strategies } from '@passerby/federation'
import { FederationSettings } from '@passerby/protocol'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { extraName, leaving, looksAfterTraining, publicImagesFor, togetherness } from './leaving.ts'

const { local } = v.parse(FederationSettings, { name: 'any' })
const card = (strategy: v.InferInput<typeof StrategySettings>) => ({
  local,
  rounds: 40,
  updateBytes: 800_000,
  strategy: v.parse(StrategySettings, strategy),
})
const names = (strategy: v.InferInput<typeof StrategySettings>) => leaving(card(strategy)).map(({ name }) => name)

describe('what leaves a device', () => {
  test('under plain averaging is the backbone and numbers', () => {
    expect(names({ name: 'fedpav' })).toEqual([
      'An encrypted backbone update, 0.8 MB per round',
      'The number of training images',
      'Metrics: loss, seconds of training and measuring, rank-1, rank-5, rank-10, mAP, number of queries',
      'Your alias, device and its images per second',
    ])
    expect(leaving(card({ name: 'fedpav' }))[1].more).toMatch(/weight of your update/)
  })

  test('under the cosine distance weight is one number more, and images weigh nothing', () => {
    const lines = leaving(card({ name: 'fedpav', weighting: 'cosine-features' }))
    expect(lines[1].name).toBe('One number: how far training moved your model')
    expect(lines[2]).toMatchObject({ name: 'The number of training images', more: 'The operator sees it.' })
  })

  test('under clustering is a sketch in every round, which the coordinator reads of each', () => {
    const strategy = { name: 'fedpav', clustering: { by: 'flattened', images: 32 } } as const
    const [update, sketch] = leaving(card(strategy))
    expect(update.name).toMatch(/^An encrypted update, 0.8 MB in the next round/)
    // 32 images × 512 values × 4 bytes.
    expect(sketch.name).toBe('A sketch: what your model makes of public images, up to 65.5 kB per round')
    expect(sketch.more).toMatch(/^The coordinator reads each.*The operator sees how alike/)
    expect(togetherness(card(strategy))).toMatch(/several models\. In a group of two, .* has the other’s\.$/)
    expect(togetherness(card({ name: 'fedpav' }))).not.toMatch(/group/)
  })

  test('under private distillation are soft targets in the rounds that have them, which could be read', () => {
    const strategy = { name: 'fedpav', distillation: { teachers: 'private', every: 10 } } as const
    const [, targets] = leaving(card(strategy))
    expect(targets.name).toBe('Soft targets: what your model says of public images, up to 1.0 MB in 4 of 40 rounds')
    expect(targets.more).toMatch(/could read yours/)
  })

  test('under open distillation is no more, but the coordinator says what it does with it', () => {
    const open = { name: 'fedpav', distillation: { teachers: 'open' } } as const
    expect(names(open)).toEqual(names({ name: 'fedpav' }))
    expect(leaving(card(open))[0].more).toMatch(/what your own model says of public images/)
    expect(publicImagesFor(card(open))).not.toMatch(/leaves/)
    expect(publicImagesFor(card({ ...open, distillation: { teachers: 'private' } }))).toMatch(/leaves/)
  })
})

test('models look at images after training for weights, sketches and private targets, and only then', () => {
  const looks = (strategy: v.InferInput<typeof StrategySettings>) => looksAfterTraining(card(strategy))
  expect(looks({ name: 'fedpav', weighting: 'cosine-logits' })).toBe(true)
  expect(looks({ name: 'fedpav', clustering: { by: 'averaged' } })).toBe(true)
  expect(looks({ name: 'fedpav', distillation: { teachers: 'private' } })).toBe(true)
  expect(looks({ name: 'fedpav', distillation: { teachers: 'open' } })).toBe(false)
  expect(looks({ name: 'fednova' })).toBe(false)
})

test('whatever a strategy of ours adds has words for it; another one’s is named as it is', () => {
  const asked = [
    ...strategies.fedpav.extras(
      { round: 1, embedding: 8, publicImages: 2 },
      {
        ...v.parse(strategies.fedpav.settings, { name: 'fedpav' }),
        clustering: { by: 'averaged', images: 2 },
        distillation: { teachers: 'private', targets: 'embeddings', temperature: 1, every: 1, rate: 1, images: 2 },
      },
    ),
    ...strategies.fednova.extras(),
  ]
  expect(asked).toHaveLength(4)
  for (const { name } of asked) expect(extraName(name)).not.toContain(name)
  expect(extraName('drift')).toBe('“drift”, a part of the strategy')
})
