import { expect, test } from 'vitest'
import { threadOffer, threadsOf } from './threads.ts'

const offer = (hardwareConcurrency: number) => threadOffer({ crossOriginIsolated: true, hardwareConcurrency })

test.each([
  [1, { most: 1, preset: 1 }],
  [2, { most: 2, preset: 1 }],
  [7, { most: 7, preset: 3 }],
  [16, { most: 8, preset: 8 }],
  [64, { most: 8, preset: 8 }],
])('of %i processors %o', (processors, expected) => expect(offer(processors)).toEqual(expected))

test('without shared memory there is one thread', () => {
  expect(threadOffer({ crossOriginIsolated: false, hardwareConcurrency: 16 })).toEqual({ most: 1, preset: 1 })
})

test('a wish is met as far as this machine can, and none is the preset', () => {
  expect(threadsOf(undefined, offer(6))).toBe(3)
  expect(threadsOf(5, offer(6))).toBe(5)
  expect(threadsOf(5, offer(2))).toBe(2)
})
