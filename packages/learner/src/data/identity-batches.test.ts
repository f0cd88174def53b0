import { rng } from '@passerby/reid'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { drawIdentityBatches } from './identity-batches.ts'

/** Image 100·identity + n of each identity, as many as `sizes` says. */
function imagesOf(sizes: readonly number[]) {
  const images = sizes.flatMap((size, identity) => Array.from({ length: size }, (_, n) => 100 * identity + n))
  return { images, labels: images.map(identityOf) }
}
const identityOf = (image: number) => Math.floor(image / 100)
const draw = (sizes: readonly number[], identities: number, imagesEach: number, seed = 1) => {
  const { images, labels } = imagesOf(sizes)
  return drawIdentityBatches(images, { labels, identities, imagesEach }, rng(seed))
}

describe('batches by identity', () => {
  it('hold P identities with K images each, no image twice where there are enough', () => {
    const batches = draw([8, 8, 8, 8, 8, 8], 3, 4)
    expect(batches).toHaveLength(4)
    for (const batch of batches) {
      expect(batch).toHaveLength(12)
      expect(new Set(batch.map(identityOf)).size).toBe(3)
    }
    expect(batches.flat().sort((a, b) => a - b)).toEqual(imagesOf([8, 8, 8, 8, 8, 8]).images)
  })

  it('repeat the images of an identity that has fewer than K', () => {
    const [batch, ...rest] = draw([4, 1, 3], 3, 4)
    expect(rest).toEqual([])
    const shown = (identity: number) => batch.filter((image) => identityOf(image) === identity).sort((a, b) => a - b)
    expect(shown(0)).toEqual([0, 1, 2, 3])
    expect(shown(1)).toEqual([100, 100, 100, 100])
    expect(new Set(shown(2))).toEqual(new Set([200, 201, 202]))
  })

  it('hold all identities where there are fewer than P, and refuse a single one', () => {
    expect(draw([4, 4], 8, 2).map((batch) => batch.length)).toEqual([4, 4])
    expect(() => draw([9], 8, 2)).toThrow('1 identities, two are needed')
  })

  it('leave out what makes no batch: the seven spare groups of an identity with ten', () => {
    expect(draw([20, 2, 2, 2], 2, 2)).toHaveLength(3)
  })

  it('are drawn: another seed gives other batches', () => {
    expect(draw([8, 8, 8], 2, 4, 2)).not.toEqual(draw([8, 8, 8], 2, 4, 1))
    expect(draw([8, 8, 8], 2, 4, 2)).toEqual(draw([8, 8, 8], 2, 4, 2))
  })

  it('are whole and without an identity twice, and no further batch could be made', () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 2, maxLength: 20 })
    const few = fc.integer({ min: 2, max: 6 })
    fc.assert(
      fc.property(sizes, few, few, fc.nat(), (sizes, identities, imagesEach, seed) => {
        const batches = draw(sizes, identities, imagesEach, seed)
        const atOnce = Math.min(identities, sizes.length)
        for (const batch of batches) {
          const counts = countBy(batch.map(identityOf)).values()
          expect([...counts]).toEqual(Array.from({ length: atOnce }, () => imagesEach))
        }
        const groups = sizes.map((size) => Math.max(1, Math.floor(size / imagesEach)))
        const left = groups.map((own, identity) => {
          const used = batches.filter((batch) => batch.some((image) => identityOf(image) === identity)).length
          return own - used
        })
        expect(left.filter((own) => own > 0).length).toBeLessThan(atOnce)
      }),
    )
  })
})

function countBy(values: readonly number[]): ReadonlyMap<number, number> {
  const counts = new Map<number, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return counts
}
