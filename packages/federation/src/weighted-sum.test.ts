import fc from 'fast-check'
import { expect, test } from 'vitest'
import { weightedSum } from './weighted-sum.ts'

const scalar = [{ name: 'w', shape: [1], role: 'weight' }] as const
const vector = [{ name: 'w', shape: [4], role: 'weight' }] as const

test('ALGORITHMS 2.3: two clients with 100 and 300 images, w = 1 and 5, give 4', () => {
  const sum = weightedSum(scalar)
  sum.add(Float32Array.of(1), 100)
  sum.add(Float32Array.of(5), 300)
  expect([...sum.mean().values]).toEqual([4])
})

const updatesOf = (weights: fc.Arbitrary<number>) =>
  fc.array(
    fc.record({
      values: fc.float32Array({
        minLength: 4,
        maxLength: 4,
        noNaN: true,
        noDefaultInfinity: true,
        min: -1e6,
        max: 1e6,
      }),
      weight: weights,
    }),
    { minLength: 1, maxLength: 12 },
  )
const updates = updatesOf(fc.integer({ min: 1, max: 100_000 }))
type Update = { values: Float32Array; weight: number }

test.each([
  ['images', updates],
  ['cosine distances', updatesOf(fc.double({ min: 1e-12, max: 2, noNaN: true }))],
  ['images, of clients that did not move', updatesOf(fc.integer({ min: 1, max: 100_000 }).map((n) => 1e-12 * n))],
])('weighed by %s, the mean and the sum of weights are bit for bit the same in every order', (_, updates) => {
  fc.assert(
    fc.property(
      updates.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))),
      ([list, shuffled]) => {
        expect(meanOf(shuffled)).toEqual(meanOf(list))
        expect(weightOf(shuffled)).toBe(weightOf(list))
      },
    ),
  )
})

test('.1, .2 and .3 weigh .6 in every order, which plain addition does not find', () => {
  const weighing = (...weights: readonly number[]) =>
    weightOf(weights.map((weight) => ({ values: Float32Array.of(1, 1, 1, 1), weight })))
  expect([weighing(0.1, 0.2, 0.3), weighing(0.3, 0.2, 0.1)]).toEqual([0.6, 0.6])
})

test('weights scale freely and identical updates give themselves', () => {
  fc.assert(
    fc.property(updates, fc.constantFrom(2, 4, 64), ([first, ...rest], factor) => {
      expect(meanOf([first, ...rest].map(({ values, weight }) => ({ values, weight: weight * factor })))).toEqual(
        meanOf([first, ...rest]),
      )
      expect(meanOf([first, first, first])).toEqual(first.values.map((value) => value + 0))
    }),
  )
})

test('inputs stay untouched', () => {
  const values = Float32Array.of(1, 2, 3, 4)
  meanOf([{ values, weight: 3 }])
  expect([...values]).toEqual([1, 2, 3, 4])
})

test.each([
  ['weight', () => weightedSum(scalar).add(Float32Array.of(1), 0)],
  ['weight', () => weightedSum(scalar).add(Float32Array.of(1), Number.NaN)],
  ['expected 1 values', () => weightedSum(scalar).add(Float32Array.of(1, 2), 1)],
  ['not finite', () => weightedSum(scalar).add(Float32Array.of(Number.POSITIVE_INFINITY), 1)],
  ['nothing was folded', () => weightedSum(scalar).mean()],
])('refuses: %s', (message, act) => {
  expect(act).toThrow(message)
})

test('a refused update leaves the sum as it was', () => {
  const sum = weightedSum(scalar)
  sum.add(Float32Array.of(2), 1)
  expect(() => sum.add(Float32Array.of(Number.NaN), 1)).toThrow(RangeError)
  expect([...sum.mean().values, sum.count, sum.weight]).toEqual([2, 1, 1])
})

const meanOf = (list: readonly Update[]) => sumOf(list).mean().values
const weightOf = (list: readonly Update[]) => sumOf(list).weight

function sumOf(list: readonly Update[]) {
  const sum = weightedSum(vector)
  for (const { values, weight } of list) sum.add(values, weight)
  return sum
}
