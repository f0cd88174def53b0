import fc from 'fast-check'
import { expect, test } from 'vitest'
import { drawCohort } from './cohort.ts'

const clients = fc.uniqueArray(fc.stringMatching(/^[0-9a-f]{1,8}$/), { minLength: 2, maxLength: 40 })

test('the size is the fraction rounded up, never below the minimum, and nobody is drawn twice', () => {
  fc.assert(
    fc.property(clients, fc.double({ min: 0.01, max: 1, noNaN: true }), fc.nat(), (present, fraction, seed) => {
      const cohort = drawCohort(present, { fraction, minClients: 2, seed, round: 1 })
      expect(cohort).toHaveLength(Math.min(present.length, Math.max(2, Math.ceil(fraction * present.length))))
      expect(new Set(cohort).size).toBe(cohort.length)
      for (const client of cohort) expect(present).toContain(client)
    }),
  )
})

test('the order in which clients joined does not matter', () => {
  const options = { fraction: 0.5, minClients: 1, seed: 3, round: 7 }
  expect(drawCohort(['d', 'b', 'a', 'c'], options)).toEqual(drawCohort(['a', 'b', 'c', 'd'], options))
})

test('every client is drawn about equally often over the rounds', () => {
  const drawn = new Map<string, number>()
  for (let round = 1; round <= 2000; round++)
    for (const client of drawCohort(['a', 'b', 'c', 'd'], { fraction: 0.5, minClients: 1, seed: 1, round }))
      drawn.set(client, (drawn.get(client) ?? 0) + 1)
  for (const times of drawn.values()) expect(Math.abs(times - 1000)).toBeLessThan(100)
})

test('too few clients are refused', () => {
  expect(() => drawCohort(['a'], { fraction: 1, minClients: 2, seed: 1, round: 1 })).toThrow(
    '1 clients present, 2 needed',
  )
})
