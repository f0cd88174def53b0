import fc from 'fast-check'
import * as v from 'valibot'
import { expect, test } from 'vitest'
import { params } from '../params.ts'
import { type ServerState, firstState } from '../strategy.ts'
import { linearLayout } from '../testing/linear-network.ts'
import { closingRound } from '../testing/round.ts'
import { closeRound } from '../close-round.ts'
import { StrategySettings, strategyOf, updateLayoutOf } from './index.ts'

/** One weight, then one batch-norm statistic. */
const layout = linearLayout({ embedding: 1, inputs: 1 })
const about = { round: 1, embedding: 1, publicImages: 0 }
const at = (...values: readonly number[]) => firstState(params(layout, Float32Array.from(values)))

interface Update {
  readonly weight: number
  readonly model: readonly number[]
  readonly extras?: readonly number[]
}

async function next(state: ServerState, settings: StrategySettings, updates: readonly Update[]): Promise<ServerState> {
  const sent = updates.map(({ weight, model, extras = [] }, k) => ({
    client: `client-${k}`,
    weight,
    values: Float32Array.of(...model, ...extras),
  }))
  const round = { layout: updateLayoutOf(settings, layout, about), round: 1, images: [] }
  const closed = await closeRound(strategyOf(settings), settings, { state, closing: closingRound(round, sent) })
  return closed.state
}
const settings = (chosen: object) => v.parse(StrategySettings, chosen)
const valuesOf = (state: ServerState) => [...state.global.values]

/** What FedNova's client half sends for so many images after steps of that length. */
const normalised = (images: number, length: number, model: readonly number[]): Update => ({
  weight: images / length,
  model,
  extras: [length, length ** 2],
})

test('FedProx averages as FedPav does', async () => {
  const updates = [
    { weight: 100, model: [1, 10] },
    { weight: 300, model: [5, 30] },
  ]
  expect(valuesOf(await next(at(0, 0), settings({ name: 'fedprox' }), updates))).toEqual([4, 25])
  expect(valuesOf(await next(at(0, 0), settings({ name: 'fedprox', statistics: 'first' }), updates))).toEqual([4, 10])
})

test('FedNova, unequal: 100 images over a length of 2 move by 1, 300 over 6 by 6, so τ = 5 and the step 5 · .875', async () => {
  const updates = [normalised(100, 2, [3, 10]), normalised(300, 6, [8, 30])]
  // Statistics weigh n/a = 50 and 50.
  expect(valuesOf(await next(at(2, 0), settings({ name: 'fednova' }), updates))).toEqual([6.375, 20])
})

test('FedNova is FedPav where all lengths are equal', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({ images: fc.integer({ min: 1, max: 5000 }), to: fc.double({ min: -10, max: 10, noNaN: true }) }),
        { minLength: 1, maxLength: 6 },
      ),
      fc.double({ min: 1, max: 500, noNaN: true }),
      async (clients, length) => {
        const nova = clients.map(({ images, to }) => normalised(images, length, [to, 1]))
        const [weight] = valuesOf(await next(at(0.5, 1), settings({ name: 'fednova' }), nova))
        const n = clients.reduce((sum, { images }) => sum + images, 0)
        expect(weight).toBeCloseTo(
          clients.reduce((sum, { images, to }) => sum + (images / n) * to, 0),
          4,
        )
      },
    ),
  )
})

test.each([
  [0.5, 0.25],
  [-3, 9],
  [4, 2],
  [0, 0],
])(
  'FedNova refuses lengths shorter than any training’s: a mean of %d, of %d for their squares',
  async (length, square) => {
    const updates = [{ weight: 1, model: [1, 1], extras: [length, square] }]
    await expect(next(at(0, 0), settings({ name: 'fednova' }), updates)).rejects.toMatchObject({
      name: 'FederationError',
      code: 'wrong-lengths',
    })
  },
)

test('a rate that makes numbers of none is told', async () => {
  const chosen = settings({ name: 'fedavgm', rate: 10 })
  await expect(next(at(0, 0), chosen, [{ weight: 1, model: [3e38, 0] }])).rejects.toMatchObject({ code: 'not-finite' })
})

test('FedAvgM, β = ½, two rounds: v = 1, then ½ + 2; statistics are the mean', async () => {
  const chosen = settings({ name: 'fedavgm', momentum: 0.5 })
  const first = await next(at(0, 7), chosen, [{ weight: 3, model: [1, 10] }])
  expect(valuesOf(first)).toEqual([1, 10])
  expect(valuesOf(await next(first, chosen, [{ weight: 3, model: [3, 20] }]))).toEqual([3.5, 20])
})

test('FedAvgM goes half as far at half the rate, its momentum unscaled', async () => {
  const chosen = settings({ name: 'fedavgm', momentum: 0.5, rate: 0.5 })
  const first = await next(at(0, 0), chosen, [{ weight: 1, model: [1, 0] }])
  expect(valuesOf(first)).toEqual([0.5, 0])
  // Δ = 2, v = ½ + 2.
  expect(valuesOf(await next(first, chosen, [{ weight: 1, model: [2.5, 0] }]))).toEqual([1.75, 0])
})

test('FedAdam, β₁ = β₂ = ½, τ = 1, η = 2, two rounds: ½ · 2/(1 + 1), then 1.75 · 2/(√5 + 1)', async () => {
  const chosen = settings({ name: 'fedadam', beta1: 0.5, beta2: 0.5, tau: 1, rate: 2 })
  // Δ = 1: m = ½, v = ½τ² + ½.
  const first = await next(at(0, 7), chosen, [{ weight: 3, model: [1, 10] }])
  expect(valuesOf(first)).toEqual([0.5, 10])
  // Δ = 3: m = ¼ + 1½, v = ½ + 4½.
  const [weight, statistic] = valuesOf(await next(first, chosen, [{ weight: 3, model: [3.5, 20] }]))
  expect(weight).toBeCloseTo(0.5 + 3.5 / (Math.sqrt(5) + 1), 6)
  expect(statistic).toBe(20)
})

test('what a server remembers has a value for each of the model and survives being copied', async () => {
  for (const chosen of [settings({ name: 'fedavgm' }), settings({ name: 'fedadam' })]) {
    const first = await next(at(0, 0), chosen, [{ weight: 1, model: [1, 2] }])
    expect(Object.values(first.memory).map(({ length }) => length)).toEqual(Object.keys(first.memory).map(() => 2))
    const again = [{ weight: 1, model: [2, 3] }]
    expect(await next(structuredClone(first), chosen, again)).toEqual(await next(first, chosen, again))
    expect(valuesOf(await next({ ...first, memory: {} }, chosen, again))).not.toEqual(
      valuesOf(await next(first, chosen, again)),
    )
  }
})
