import { describe, expect, it } from 'vitest'
import { assembleHead, decodeHead, encodeHead, headLogits, headRows } from './head.ts'

const rows = new Map([
  ['Ada', Float32Array.of(1, 2, 3)],
  ['Bé', Float32Array.of(4, 5, 6)],
])

describe('a head', () => {
  it('lays kernels as [embedding, identities], then biases, and back', () => {
    const head = assembleHead(rows, { identities: ['Bé', 'Ada'], embedding: 2, seed: 1 })
    expect([...head]).toEqual([4, 1, 5, 2, 6, 3])
    expect(headRows(head, ['Bé', 'Ada'])).toEqual(new Map([...rows].reverse()))
  })

  it('starts new identities uniform in ±1/√embedding, each from its own stream', () => {
    const options = { embedding: 400, seed: 1 }
    const two = headRows(assembleHead(new Map(), { identities: ['a', 'b'], ...options }), ['a', 'b'])
    const one = headRows(assembleHead(new Map(), { identities: ['b'], ...options }), ['b'])
    expect(one.get('b')).toEqual(two.get('b'))
    expect(two.get('a')).not.toEqual(two.get('b'))
    const values = [...(one.get('b') ?? [])]
    expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(0.05)
    expect(Math.max(...values)).toBeGreaterThan(0.045)
    expect(Math.min(...values)).toBeLessThan(-0.045)
  })

  it('gives logits: embedding · weights + bias, by identity', () => {
    const head = assembleHead(rows, { identities: ['Bé', 'Ada'], embedding: 2, seed: 1 })
    const logits = headLogits(Float32Array.of(1, 0, 10, 100), head, 2)
    expect([...logits]).toEqual([4 + 6, 1 + 3, 40 + 500 + 6, 10 + 200 + 3])
    expect(() => headLogits(Float32Array.of(1, 0), head.subarray(1), 2)).toThrow(RangeError)
  })

  it('survives being kept', () => {
    expect(decodeHead(encodeHead(rows), 2)).toEqual(rows)
    expect(decodeHead(encodeHead(new Map()), 2)).toEqual(new Map())
  })

  it.each([
    ['of another embedding size', encodeHead(rows), 3],
    ['cut short', encodeHead(rows).subarray(0, -4), 2],
    ['that is none', Uint8Array.of(9, 9), 2],
  ])('%s is refused by name', (_, bytes, embedding) => {
    expect(() => decodeHead(bytes, embedding)).toThrow(expect.objectContaining({ code: 'memory' }))
  })
})
