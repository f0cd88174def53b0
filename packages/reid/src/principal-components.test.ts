import { expect, test } from 'vitest'
import { principalComponents } from './principal-components.ts'
import { rng } from './rng.ts'

test('the first components are the directions of most variance, distances along them kept', () => {
  const random = rng(1)
  // Spread 10 along (3, 4, 0)/5, 2 along (−4, 3, 0)/5, 0.1 along the last.
  const truth = Array.from({ length: 400 }, () => [10 * random.normal(), 2 * random.normal(), 0.1 * random.normal()])
  const embeddings = Float32Array.from(truth.flatMap(([a, b, c]) => [5 + (3 * a - 4 * b) / 5, (4 * a + 3 * b) / 5, c]))
  const { coordinates, explained } = principalComponents(embeddings, 3, 2)
  expect(explained[0]).toBeGreaterThan(0.95)
  expect(explained[0] + explained[1]).toBeGreaterThan(0.999)
  for (const component of [0, 1]) {
    const mean = truth.reduce((sum, row) => sum + row[component], 0) / truth.length
    const sign = Math.sign(coordinates[component] * (truth[0][component] - mean))
    for (const [row, values] of truth.entries())
      expect(Math.abs(sign * coordinates[2 * row + component] - (values[component] - mean))).toBeLessThan(1)
  }
})

test('two rows lie on one line; fewer are refused', () => {
  const { coordinates } = principalComponents(Float32Array.of(0, 0, 3, 4), 2, 2)
  expect([...coordinates].map((value) => Math.abs(Math.round(1e6 * value) / 1e6))).toEqual([2.5, 0, 2.5, 0])
  expect(() => principalComponents(new Float32Array(2), 2, 2)).toThrow(RangeError)
  expect(() => principalComponents(new Float32Array(2), 1, 2)).toThrow(RangeError)
})
