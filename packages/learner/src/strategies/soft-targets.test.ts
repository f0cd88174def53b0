import { describe, expect, it } from 'vitest'
import { softTargetsOf } from './soft-targets.ts'

const close = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 6))

describe('soft targets', () => {
  it('ALGORITHMS 2.4: (3, 4) and (0, 2) are (.6, .8) and (0, 1), whose mean is (.3, .9)', () => {
    const targets = softTargetsOf(Float32Array.of(3, 4, 0, 2), 2, { of: 'embeddings' })
    expect([...targets]).toEqual(close([0.6, 0.8, 0, 1]))
    expect([0, 1].map((i) => (targets[i] + targets[2 + i]) / 2)).toEqual(close([0.3, 0.9]))
  })

  it('are scores softened by a temperature, row by row', () => {
    const embeddings = Float32Array.of(0, Math.log(3), 500, 500)
    const even = 1 / (1 + Math.sqrt(3))
    expect([...softTargetsOf(embeddings, 2, { of: 'scores', temperature: 1 })]).toEqual(close([0.25, 0.75, 0.5, 0.5]))
    expect([...softTargetsOf(embeddings, 2, { of: 'scores', temperature: 2 })]).toEqual(
      close([even, 1 - even, 0.5, 0.5]),
    )
  })

  it('are finite for any embedding', () => {
    const embeddings = Float32Array.of(0, 0, 1e4, -1e4)
    expect([...softTargetsOf(embeddings, 2, { of: 'embeddings' })]).toEqual(close([0, 0, Math.SQRT1_2, -Math.SQRT1_2]))
    expect([...softTargetsOf(embeddings, 2, { of: 'scores', temperature: 0.01 })]).toEqual(close([0.5, 0.5, 1, 0]))
  })
})
