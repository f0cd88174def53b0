import { StrategySettings } from '@passerby/federation'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { distillationOf } from './distillation.ts'
import { byClient } from './groups.ts'
import { toldWeights, weightShares } from './round-weights.ts'
import { contribution } from './testing/records.ts'

const strategy = (input: v.InferInput<typeof StrategySettings>) => v.parse(StrategySettings, input)

describe('what clients said that they weigh', () => {
  test('is not told twice where it is their images', () => {
    expect(toldWeights([contribution('A', { told: 100 })], strategy({ name: 'fedpav' }))).toBeUndefined()
    expect(toldWeights([contribution('A', { told: null, images: null })], strategy({ name: 'fedpav' }))).toBeUndefined()
  })

  test('is a cosine distance under the weights that are one; one that did not move falls back to its images', () => {
    const told = toldWeights([], strategy({ name: 'fedpav', weighting: 'cosine-logits' }))
    expect(told?.name).toBe('Cosine distance')
    expect([0.146447, 1.2e-9, null].map((value) => told?.show(value))).toEqual(['0.1464', 'did not move', '—'])
  })

  test('is a figure of its own elsewhere, as FedNova’s', () => {
    expect(toldWeights([contribution('A', { told: 12.5 })], strategy({ name: 'fednova' }))?.name).toBe('Told weight')
  })
})

test('shares of the weights are those in the mean that a client is part of', () => {
  const [a, b, c] = ['A', 'B', 'C'].map((alias, at) => contribution(alias, { weight: [0.1, 0.3, 0.6][at] }))
  const absent = contribution('D', { weight: null })
  expect([...weightShares([a, b, c, absent], new Map()).values()]).toEqual([0.1, 0.3, 0.6])
  const model = { sha256: 'a'.repeat(64), bytes: 8 }
  const groups = byClient([
    { place: 0, name: 'A', colour: 1, clients: [a.client, b.client], model },
    { place: 1, name: 'B', colour: 2, clients: [c.client], model },
  ])
  const shares = weightShares([a, b, c, absent], groups)
  expect(shares.get(a.client)).toBeCloseTo(0.25)
  expect(shares.get(b.client)).toBeCloseTo(0.75)
  expect(shares.get(c.client)).toBe(1)
})

describe('distillation of a round', () => {
  const taught = {
    rounds: 25,
    strategy: strategy({ name: 'fedpav', distillation: { teachers: 'private', every: 10 } }),
  }
  const round = (round: number, distilled: { images: number; seconds: number } | null = null) =>
    ({ round, outcome: 'published', distilled }) as const

  test('tells images and seconds, or when it is next', () => {
    expect(distillationOf(round(10, { images: 512, seconds: 3.21 }), taught)).toBe('3.2 s on 512 public images')
    expect(distillationOf(round(3), taught)).toBe('next in round 10')
    expect(distillationOf({ ...round(20), outcome: 'open' }, taught)).toBe('when the round closes')
  })

  test('is not spoken of where there is none, or none to come', () => {
    expect(distillationOf(round(21), taught)).toBeUndefined()
    expect(distillationOf(round(1), { rounds: 25, strategy: strategy({ name: 'fedavgm' }) })).toBeUndefined()
  })
})
