import { rng } from '@passerby/reid'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rateFactor, type Schedule } from '../settings.ts'
import { drawBatches, drawPlacements } from './batches.ts'
import { placePixels } from './pixels.ts'

describe('batches', () => {
  const upTo64 = (min: number) => fc.integer({ min, max: 64 })

  it('hold every image once, two at least, and sizes that differ by one at most', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 700 }), upTo64(2), upTo64(3), fc.nat(), (n, about, most, seed) => {
        const images = Array.from({ length: n }, (_, i) => i + 1000)
        const batches = drawBatches(images, { about, most }, rng(seed))
        const sizes = batches.map((batch) => batch.length)
        expect(batches.flat().sort((a, b) => a - b)).toEqual(images)
        expect(Math.min(...sizes)).toBeGreaterThanOrEqual(2)
        expect(Math.max(...sizes)).toBeLessThanOrEqual(most)
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1)
      }),
    )
  })

  it.each([
    [205, 32, 6],
    [208, 32, 7],
    [3, 2, 1],
    [10, 32, 1],
  ])('of %i images by %i are %i', (n, size, expected) => {
    expect(
      drawBatches(
        Array.from({ length: n }, (_, i) => i),
        { about: size, most: 2 * size },
        rng(1),
      ),
    ).toHaveLength(expected)
  })

  it('refuse a single image', () => {
    expect(() => drawBatches([4], { about: 32, most: 32 }, rng(1))).toThrow(RangeError)
  })
})

describe('placement', () => {
  const draw = (flip: boolean) =>
    drawPlacements(
      Array.from({ length: 2000 }, (_, i) => i),
      { flip, pad: { height: 2, width: 1 } },
      rng(4),
    )

  it('shifts by up to the padding in both directions, all shifts about as often', () => {
    const downs = new Map<number, number>()
    for (const { down } of draw(true)) downs.set(down, (downs.get(down) ?? 0) + 1)
    expect([...downs.keys()].sort((a, b) => a - b)).toEqual([-2, -1, 0, 1, 2])
    expect(Math.min(...downs.values())).toBeGreaterThan(300)
    expect(new Set(draw(true).map(({ right }) => right))).toEqual(new Set([-1, 0, 1]))
  })

  it('mirrors half of the images, or none', () => {
    expect(draw(true).filter(({ mirrored }) => mirrored).length).toBeGreaterThan(900)
    expect(draw(true).filter(({ mirrored }) => mirrored).length).toBeLessThan(1100)
    expect(draw(false).some(({ mirrored }) => mirrored)).toBe(false)
  })
})

describe('pixels', () => {
  /** One image of 2×2: rows (10, 255), (100, 200) in all channels. */
  const set = {
    height: 2,
    width: 2,
    pixels: Uint8Array.from([10, 255, 100, 200].flatMap((value) => [value, value, value])),
    identities: ['a'],
    cameras: ['c'],
  }
  const red = (values: Float32Array) =>
    Array.from({ length: values.length / 3 }, (_, pixel) => {
      const value = values[3 * pixel]
      return value === 0 ? 'outside' : Math.round((value * 0.229 + 0.485) * 255)
    })
  const straight = { image: 0, mirrored: false, down: 0, right: 0 }

  it("are normalised by ImageNet's means and deviations", () => {
    const values = placePixels(set, [straight])
    const expected = [0.515 / 0.229, 0.544 / 0.224, 0.594 / 0.225]
    expect([...values.subarray(3, 6)]).toEqual(expected.map((value) => expect.closeTo(value, 5)))
  })

  it('can be mirrored and shifted, with the mean colour coming in', () => {
    expect(red(placePixels(set, [straight]))).toEqual([10, 255, 100, 200])
    expect(red(placePixels(set, [{ ...straight, mirrored: true }]))).toEqual([255, 10, 200, 100])
    expect(red(placePixels(set, [{ ...straight, down: 1 }]))).toEqual(['outside', 'outside', 10, 255])
    expect(red(placePixels(set, [{ ...straight, right: -1 }]))).toEqual([255, 'outside', 200, 'outside'])
    expect(red(placePixels(set, [{ ...straight, mirrored: true, right: 1 }]))).toEqual(['outside', 255, 'outside', 200])
  })
})

describe('the schedule', () => {
  const steps: Schedule = { kind: 'steps', milestones: [28, 35], factor: 0.1, floor: 0, warmUp: 0 }
  const cosine: Schedule = { ...steps, kind: 'cosine', milestones: [] }
  const factors = (schedule: Schedule, rounds: number, some: readonly number[]) =>
    some.map((round) => rateFactor(schedule, { round, rounds }))
  const close = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 9))

  it('fires at its rounds and stays: ×0.1 from round 28 of 40', () => {
    expect(factors(steps, 40, [1, 27, 28, 34, 35, 40])).toEqual(close([1, 1, 0.1, 0.1, 0.01, 0.01]))
  })

  it('warms up in a straight line: a quarter more in each of four rounds', () => {
    expect(factors({ ...steps, warmUp: 4 }, 40, [1, 2, 3, 4, 5, 28])).toEqual(close([0.25, 0.5, 0.75, 1, 1, 0.1]))
    expect(factors({ ...steps, warmUp: 1 }, 40, [1, 2])).toEqual([1, 1])
  })

  it('follows a cosine from the first round to the floor in the last: 1, (1 + √½)/2, ½, (1 − √½)/2, 0', () => {
    const half = Math.SQRT1_2
    expect(factors(cosine, 5, [1, 2, 3, 4, 5])).toEqual(close([1, (1 + half) / 2, 0.5, (1 - half) / 2, 0]))
    expect(factors({ ...cosine, floor: 0.2 }, 5, [1, 3, 5])).toEqual(close([1, 0.6, 0.2]))
  })

  it('follows the cosine from where it is warm', () => {
    expect(factors({ ...cosine, warmUp: 2 }, 4, [1, 2, 3, 4])).toEqual(close([0.5, 1, 0.5, 0]))
    expect(factors({ ...cosine, warmUp: 8 }, 4, [1, 4])).toEqual(close([0.125, 0.5]))
    expect(factors(cosine, 1, [1])).toEqual([1])
  })
})
