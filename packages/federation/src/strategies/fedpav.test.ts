import { expect, test } from 'vitest'
import { params } from '../params.ts'
import { weightedSum } from '../weighted-sum.ts'
import { fedpav } from './fedpav.ts'

const layout = [
  { name: 'w', shape: [1], role: 'weight' },
  { name: 'running_mean', shape: [1], role: 'statistic' },
] as const
const first = params(layout, Float32Array.of(1, 10))
const second = params(layout, Float32Array.of(5, 30))

function aggregate(statistics: 'average' | 'first') {
  const sum = weightedSum(layout)
  sum.add(second.values, 300)
  sum.add(first.values, 100)
  const state = fedpav.start(first, { statistics })
  return [...fedpav.dispatch(fedpav.aggregate(state, { sum, first }, { statistics }), 'anyone', { statistics }).values]
}

test('ALGORITHMS 2.3: weights and statistics are averaged by image count', () => {
  expect(aggregate('average')).toEqual([4, 25])
})

test("ALGORITHMS 2.11: the reference's variant keeps the first client's statistics", () => {
  expect(aggregate('first')).toEqual([4, 10])
})
