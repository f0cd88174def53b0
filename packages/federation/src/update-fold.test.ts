import { expect, test } from 'vitest'
import { updateFold, wholeLayout } from './update-fold.ts'

const model = [
  { name: 'w', shape: [2], role: 'weight' },
  { name: 'running_mean', shape: [], role: 'statistic' },
] as const
const extras = [
  { name: 'sketch', shape: [1, 2], role: 'each' },
  { name: 'count', shape: [1], role: 'summed' },
  { name: 'norm', shape: [1], role: 'each' },
] as const
const layout = { model, extras }
const north = { values: Float32Array.of(1, 2, 3, 10, 20, 7, 30), weight: 100 }
const south = { values: Float32Array.of(5, 6, 7, 40, 50, 11, 60), weight: 300 }

test('an update is its model, then what goes beside it', () => {
  expect(wholeLayout(layout).map(({ name }) => name)).toEqual(['w', 'running_mean', 'sketch', 'count', 'norm'])
})

test('the mean is split into model and extras, the first model is that of the first name, whoever came first', () => {
  const fold = updateFold(layout)
  fold.add('south', south)
  fold.add('north', north)
  expect(fold.mean()).toEqual({
    clients: ['north', 'south'],
    weight: 400,
    mean: { layout: model, values: Float32Array.of(4, 5, 6) },
    extras: { layout: extras, values: Float32Array.of(32.5, 42.5, 10, 52.5) },
    first: { layout: model, values: Float32Array.of(1, 2, 3) },
  })
})

test('of each client only what is read by client is kept, and a copy of it', () => {
  const fold = updateFold(layout)
  const values = south.values.slice()
  fold.add('south', { ...south, values })
  fold.add('north', north)
  values.fill(0)
  expect(fold.arrivals()).toEqual([
    { client: 'north', weight: 100, each: { layout: [extras[0], extras[2]], values: Float32Array.of(10, 20, 30) } },
    { client: 'south', weight: 300, each: { layout: [extras[0], extras[2]], values: Float32Array.of(40, 50, 60) } },
  ])
})

test('nobody counts twice, and what was refused is not in it', () => {
  const fold = updateFold(layout)
  expect(() => fold.mean()).toThrow('nothing was folded')
  fold.add('north', north)
  expect(() => fold.add('north', south)).toThrow('client north is in the sum already')
  expect(() => fold.add('south', { values: south.values.map(() => Number.NaN), weight: 1 })).toThrow('not finite')
  expect([...fold.clients]).toEqual(['north'])
  expect(fold.arrivals()).toHaveLength(1)
  fold.add('south', south)
  expect(fold.mean().weight).toBe(400)
})
