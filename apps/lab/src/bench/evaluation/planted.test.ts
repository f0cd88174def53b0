import { evaluate } from '@passerby/reid'
import { expect, test } from 'vitest'
import { plantedSearch } from './planted.ts'

test.each([
  [300, 1000, 256],
  [40, 700, 512],
])('%d queries in %d items of %d values: what was planted is found', (queries, gallery, dim) => {
  const { truth, ...task } = plantedSearch({ queries, gallery, dim, seed: 1 })
  expect(task.gallery.identities).toHaveLength(gallery)
  expect(evaluate(task)).toMatchObject({
    ...truth,
    mAP: expect.closeTo(truth.mAP, 8),
    mINP: expect.closeTo(truth.mINP, 8),
  })
  expect(truth.rank1).toBeGreaterThan(70)
  expect(truth.rank1).toBeLessThan(80)
})

test('refuses what holds no two persons', () => {
  expect(() => plantedSearch({ queries: 5, gallery: 30, dim: 256, seed: 1 })).toThrow(RangeError)
})
