import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Params, params } from '../params.ts'
import type { SumStrategy } from '../strategy.ts'
import { weightedSum } from '../weighted-sum.ts'
import { strategies } from './index.ts'

/** What every strategy must hold, whatever it does. A new one is tested here by being in the registry. */
const layout = [
  { name: 'w', shape: [3], role: 'weight' },
  { name: 'running_mean', shape: [1], role: 'statistic' },
] as const

const values = fc.float32Array({
  minLength: 4,
  maxLength: 4,
  noNaN: true,
  noDefaultInfinity: true,
  min: -1e4,
  max: 1e4,
})
const updates = fc.array(fc.record({ values, weight: fc.integer({ min: 1, max: 5000 }) }), {
  minLength: 1,
  maxLength: 8,
})
type Update = { readonly values: Float32Array; readonly weight: number }

describe.each(Object.values(strategies))('the strategy $name', (strategy) => {
  const start = params(layout, Float32Array.of(1, 2, 3, 4))

  test('sends the initial model to everyone before the first round', () => {
    const state = strategy.start(start, strategy.defaults)
    expect(strategy.dispatch(state, 'anyone', strategy.defaults)).toEqual(start)
  })

  test('identical updates give the same, however many', () => {
    fc.assert(
      fc.property(values, fc.integer({ min: 1, max: 6 }), (same, times) => {
        const result = afterRound(
          strategy,
          start,
          Array.from({ length: times }, (_, k) => ({ values: same, weight: k + 1 })),
        )
        expect([...result.values]).toEqual([...same].map((value) => value + 0))
      }),
    )
  })

  test('neither the scale of the weights nor repeated use of the inputs changes the result', () => {
    fc.assert(
      fc.property(updates, (list) => {
        const before = list.map((update) => update.values.slice())
        const result = afterRound(strategy, start, list)
        const scaled = list.map((update) => ({ ...update, weight: update.weight * 8 }))
        expect(afterRound(strategy, start, scaled)).toEqual(result)
        expect(list.map((update) => update.values)).toEqual(before)
      }),
    )
  })
})

function afterRound<Config>(strategy: SumStrategy<Config, Params>, start: Params, list: readonly Update[]): Params {
  const sum = weightedSum(layout)
  for (const update of list) sum.add(update.values, update.weight)
  const first = params(layout, list[0].values)
  const config = strategy.defaults
  return strategy.dispatch(strategy.aggregate(strategy.start(start, config), { sum, first }, config), 'anyone', config)
}
