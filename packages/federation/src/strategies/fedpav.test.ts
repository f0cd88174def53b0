import fc from 'fast-check'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { params } from '../params.ts'
import { firstState, modelFor } from '../strategy.ts'
import { linearLayout } from '../testing/linear-network.ts'
import { type Trained, playRound } from '../testing/round.ts'
import { FedPavSettings } from './fedpav.ts'
import { StrategySettings, largestWeightOf, strategies } from './index.ts'

const layout = linearLayout({ embedding: 1, inputs: 1 })
const start = firstState(params(layout, Float32Array.of(0, 0)))

async function aggregate(settings: object, trained: readonly Trained[]) {
  const played = { settings: v.parse(FedPavSettings, { name: 'fedpav', ...settings }), layout, images: [] }
  const { state } = await playRound(start, played, trained)
  return [...modelFor(state, 'anyone').values]
}

const unequal = [
  { client: 'b', weight: 300, model: [5, 30] },
  { client: 'a', weight: 100, model: [1, 10] },
]

test('ALGORITHMS 2.3: weights and statistics are averaged by image count', async () => {
  expect(await aggregate({ statistics: 'average' }, unequal)).toEqual([4, 25])
})

test("ALGORITHMS 2.11: the reference's variant keeps the first client's statistics", async () => {
  expect(await aggregate({ statistics: 'first' }, unequal)).toEqual([4, 10])
})

test('identical updates give themselves, whatever they weigh', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.float32Array({ minLength: 2, maxLength: 2, noNaN: true, noDefaultInfinity: true, min: -1e4, max: 1e4 }),
      fc.integer({ min: 1, max: 6 }),
      async (same, times) => {
        const many = Array.from({ length: times }, (_, k) => ({ client: `${k}`, weight: k + 1, model: [...same] }))
        expect(await aggregate({}, many)).toEqual([...same].map((value) => value + 0))
      },
    ),
  )
})

describe('ALGORITHMS 2.5: cosine distances as weights, d_k + 1e-12·n_k', () => {
  const byDistance = (distances: readonly number[]) =>
    aggregate(
      { weighting: 'cosine-features' },
      unequal.map((client, k) => ({ ...client, weight: distances[k] + 1e-12 * client.weight })),
    )

  test('.3 and .1 give .75 and .25', async () => {
    const [weight, statistic] = await byDistance([0.3, 0.1])
    expect(weight).toBeCloseTo(4, 6)
    expect(statistic).toBeCloseTo(25, 5)
  })

  test('equal ones give the plain mean', async () => {
    const [weight, statistic] = await byDistance([0.2, 0.2])
    expect(weight).toBeCloseTo(3, 6)
    expect(statistic).toBeCloseTo(20, 5)
  })

  test('all zero give the mean by images, and nothing is divided by zero', async () => {
    expect(await byDistance([0, 0])).toEqual([4, 25])
  })
})

test('an update weighs no more than its images, and a cosine distance no more than 2', () => {
  const largest = (settings: object) => largestWeightOf(v.parse(StrategySettings, settings), 300)
  expect(largest({ name: 'fedpav' })).toBe(300)
  expect(largest({ name: 'fednova' })).toBe(300)
  for (const weighting of ['cosine-features', 'cosine-logits'])
    expect(Math.round(largest({ name: 'fedpav', weighting }))).toBe(2)
})

describe('refusals', () => {
  const issuesOf = (settings: object) =>
    v
      .safeParse(StrategySettings, { name: 'fedpav', ...settings })
      .issues?.map((issue) => [v.getDotPath(issue), issue.message])

  test('ALGORITHMS 2.7: clustering goes with cosine weights, distillation too, but not with each other', () => {
    const clustering = { by: 'flattened' }
    const distillation = { teachers: 'private' }
    expect(issuesOf({ clustering, weighting: 'cosine-features' })).toBeUndefined()
    expect(issuesOf({ distillation, weighting: 'cosine-logits' })).toBeUndefined()
    expect(issuesOf({ clustering, distillation })).toEqual([
      ['distillation.teachers', expect.stringContaining('switch one of the two off')],
    ])
  })

  test('what the server holds of every client at once is bounded', () => {
    const comparing = (images: number) => issuesOf({ clustering: { by: 'flattened', images } })
    expect(comparing(256)).toBeUndefined()
    expect(comparing(257)?.map(([path]) => path)).toEqual(['clustering.images'])
  })

  test('a strategy that there is not is told with those that there are', () => {
    const { issues } = v.safeParse(StrategySettings, { name: 'fedpov' })
    expect(issues?.map(({ message }) => message)).toEqual([
      `The strategy must be one of ${Object.keys(strategies).join(', ')}, not "fedpov".`,
    ])
  })
})
