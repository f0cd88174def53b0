import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cosineSimilarities, firstNeighbourClusters } from './first-neighbours.ts'

const at = (degrees: readonly number[]) =>
  Float32Array.from(degrees.flatMap((a) => [Math.cos((a * Math.PI) / 180), Math.sin((a * Math.PI) / 180)]))
const similaritiesOf = (rows: Float32Array, dim: number) => {
  const steps = cosineSimilarities(rows, dim)
  let step = steps.next()
  while (!step.done) step = steps.next()
  return step.value
}
const clustersAt = (...degrees: readonly number[]) =>
  firstNeighbourClusters(similaritiesOf(at(degrees), 2), degrees.length)

test('ALGORITHMS 2.6: unit vectors at 0, 10, 25, 90 and 100 degrees are two clusters', () => {
  expect(clustersAt(0, 10, 25, 90, 100)).toEqual([
    [0, 1, 2],
    [3, 4],
  ])
})

test('clusters do not depend on the order or the length of the vectors', () => {
  expect(clustersAt(90, 0, 100, 25, 10)).toEqual([
    [0, 2],
    [1, 3, 4],
  ])
  const long = at([0, 10, 25, 90, 100]).map((value, i) => value * (1 + Math.floor(i / 2)))
  expect(firstNeighbourClusters(similaritiesOf(long, 2), 5)).toEqual(clustersAt(0, 10, 25, 90, 100))
})

test('clusters are the components of FINCH’s own adjacency: nn(i) = j, nn(j) = i or nn(i) = nn(j)', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 359 }), { minLength: 2, maxLength: 12 }), (degrees) => {
      const count = degrees.length
      const similarities = similaritiesOf(at(degrees), 2)
      const row = (i: number) =>
        [...similarities.subarray(i * count, (i + 1) * count)].map((s, j) => (j === i ? -2 : s))
      const nearest = degrees.map((_, i) => row(i).indexOf(Math.max(...row(i))))
      const linked = (i: number, j: number) => nearest[i] === j || nearest[j] === i || nearest[i] === nearest[j]
      const reached = degrees.map((_, i) => new Set([i]))
      for (let step = 0; step < count; step++)
        for (const from of reached) for (const i of from) for (let j = 0; j < count; j++) if (linked(i, j)) from.add(j)
      const expected = new Set(reached.map((from) => [...from].sort((a, b) => a - b).join()))
      expect(new Set(clustersAt(...degrees).map((cluster) => cluster.join()))).toEqual(expected)
    }),
  )
})

test('one alone is a cluster, two are one, and none is none', () => {
  expect(clustersAt(30)).toEqual([[0]])
  expect(clustersAt(0, 180)).toEqual([[0, 1]])
  expect(clustersAt()).toEqual([])
})

test('similarities are the cosines of the angles between', () => {
  const similarities = similaritiesOf(at([0, 60, 180]), 2)
  expect([...similarities].map((value) => Math.round(value * 1e6) / 1e6)).toEqual([
    1, 0.5, -1, 0.5, 1, -0.5, -1, -0.5, 1,
  ])
})
