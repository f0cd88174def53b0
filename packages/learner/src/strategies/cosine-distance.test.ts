import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cosineDistance } from './cosine-distance.ts'

const distance = (a: readonly number[], b: readonly number[]) =>
  cosineDistance(Float32Array.from(a), Float32Array.from(b), 2)

describe('the cosine distance', () => {
  it('ALGORITHMS 2.5: rows (1, 0), (0, 2) and (1, 1), (0, 5) are .146447 apart', () => {
    expect(distance([1, 0, 0, 2], [1, 1, 0, 5])).toBeCloseTo(0.146447, 6)
  })

  it('is 1 for right angles and 2 for opposites', () => {
    expect(distance([3, 0], [0, 0.1])).toBe(1)
    expect(distance([3, 0], [-1, 0])).toBe(2)
  })

  it('of a row of zeros is 1, but 0 from another row of zeros', () => {
    expect(distance([0, 0], [1, 2])).toBe(1)
    expect(distance([1, 2], [0, 0])).toBe(1)
    expect(distance([0, 0], [0, 0])).toBe(0)
  })

  it('of equal rows is exactly 0, and never less than 0 or more than 2', () => {
    const values = fc.float32Array({ minLength: 4, maxLength: 4, noNaN: true, noDefaultInfinity: true })
    fc.assert(
      fc.property(values, values, (a, b) => {
        expect(cosineDistance(a, a, 2)).toBe(0)
        const between = cosineDistance(a, b, 2)
        expect(between).toBeGreaterThanOrEqual(0)
        expect(between).toBeLessThanOrEqual(2 + 1e-12)
      }),
    )
  })

  it('refuses rows that are not as many', () => {
    expect(() => distance([1, 0], [1, 0, 0, 1])).toThrow(RangeError)
    expect(() => distance([], [])).toThrow(RangeError)
  })
})
