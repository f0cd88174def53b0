import { rng } from '@passerby/reid'
import { describe, expect, it } from 'vitest'
import type { Erasing, Jitter } from '../settings.ts'
import { augment } from './augmentation.ts'
import { meanLuma, placePixels, type Placement } from './pixels.ts'

const erasing: Erasing = { probability: 0, minArea: 0.02, maxArea: 0.4, minAspect: 0.3 }
const jitter: Jitter = { brightness: 0, contrast: 0, saturation: 0 }
/** One grey image of 64×32, one of 2×2 with a red, a green, a blue and a white pixel. */
const grey = { height: 64, width: 32, pixels: new Uint8Array(64 * 32 * 3).fill(51) }
const colours = { height: 2, width: 2, pixels: Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255) }
const straight: Placement = { image: 0, mirrored: false, down: 0, right: 0 }
const many = Array.from({ length: 4000 }, () => straight)

describe('augmentation', () => {
  it('that is off leaves placements as they are, and draws nothing', () => {
    const random = rng(1)
    expect(augment(many, { erasing, jitter, pixels: grey }, random)).toBe(many)
    expect(random.uniform()).toBe(rng(1).uniform())
  })

  it('draws three factors an image and no more where nothing is to be erased', () => {
    const random = rng(1)
    augment([straight, straight], { erasing, jitter: { ...jitter, contrast: 0.1 }, pixels: grey }, random)
    const counted = rng(1)
    for (let drawn = 0; drawn < 6; drawn++) counted.uniform()
    expect(random.uniform()).toBe(counted.uniform())
  })

  it('erases as often, as much and in such shapes as it is told', () => {
    const placed = augment(many, { erasing: { ...erasing, probability: 0.5 }, jitter, pixels: grey }, rng(2))
    const erased = placed.flatMap((placement) => (placement.erased ? [placement.erased] : []))
    expect(erased.length / many.length).toBeCloseTo(0.5, 1)
    for (const { top, left, height, width } of erased) {
      expect([top, left].every((side) => side >= 0)).toBe(true)
      expect(top + height).toBeLessThanOrEqual(64)
      expect(left + width).toBeLessThanOrEqual(32)
    }
    const areas = erased.map(({ height, width }) => (height * width) / (64 * 32))
    // Rounding both sides to whole pixels makes small rectangles up to a quarter larger or smaller.
    expect(Math.min(...areas)).toBeGreaterThan(0.015)
    expect(Math.max(...areas)).toBeLessThan(0.41)
    expect(Math.max(...areas)).toBeGreaterThan(0.37)
    const large = erased.filter(({ height, width }) => height * width > 200)
    const aspects = large.map(({ height, width }) => height / width)
    expect(Math.min(...aspects)).toBeLessThan(0.4)
    expect(Math.min(...aspects)).toBeGreaterThan(0.25)
    expect(Math.max(...aspects)).toBeGreaterThan(2.5)
    expect(Math.max(...aspects)).toBeLessThan(4)
  })

  it('erases nothing where nothing fits', () => {
    const whole = { probability: 1, minArea: 0.9, maxArea: 1, minAspect: 1 }
    expect(augment([straight], { erasing: whole, jitter, pixels: grey }, rng(1))).toEqual([straight])
  })

  it('draws the three factors around 1, and contrast turns around the mean luma', () => {
    const all = { brightness: 0.2, contrast: 0.1, saturation: 0.3 }
    const placed = augment(many, { erasing, jitter: all, pixels: grey }, rng(3))
    const saturations = placed.map(({ colour }) => colour?.saturation ?? 0)
    expect(Math.min(...saturations)).toBeCloseTo(0.7, 2)
    expect(Math.max(...saturations)).toBeCloseTo(1.3, 2)
    // On an image of one grey, 0.2, contrast changes nothing: what is left is brightness, 0.8 to 1.2.
    const greys = placed.map(({ colour }) => (colour ? colour.gain * 0.2 + colour.offset : 0))
    expect(Math.min(...greys)).toBeCloseTo(0.16, 3)
    expect(Math.max(...greys)).toBeCloseTo(0.24, 3)
  })

  it('has the luma of a red, a green, a blue and a white pixel: (0.299 + 0.587 + 0.114 + 1) / 4', () => {
    expect(meanLuma(colours, 0)).toBeCloseTo(0.5, 9)
  })
})

describe('a placement', () => {
  const [mean, deviation] = [
    [0.485, 0.456, 0.406],
    [0.229, 0.224, 0.225],
  ]
  /** Values from 0 to 1, or `outside` for what is 0 in all channels. */
  const shown = (placement: Placement) =>
    Array.from({ length: 4 }, (_, pixel) => {
      const values = [...placePixels(colours, [placement]).subarray(3 * pixel, 3 * pixel + 3)]
      if (values.every((value) => value === 0)) return 'outside'
      return values.map((value, c) => value * deviation[c] + mean[c])
    })
  const close = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 5))

  it('mixes colours with their luma by hand, and cuts off at 0 and 1', () => {
    // Red at half saturation is ½·(1, 0, 0) + ½·0.299; times 1.2, less 0.1. White becomes 1.1, which is cut off.
    const colour = { gain: 1.2, saturation: 0.5, offset: -0.1 }
    const mixed = (value: number, luma: number) => Math.min(1, Math.max(0, 1.2 * (0.5 * value + 0.5 * luma) - 0.1))
    const expected = [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
      [1, 1, 1],
    ].map((pixel, at) => pixel.map((value) => mixed(value, [0.299, 0.587, 0.114, 1][at])))
    expect(expected[0][0]).toBeCloseTo(0.6794, 6)
    expect(shown({ ...straight, colour })).toEqual(expected.map(close))
  })

  it('cuts off below 0', () => {
    const colour = { gain: 1, saturation: 1, offset: -0.5 }
    expect(shown({ ...straight, colour })[0]).toEqual(close([0.5, 0, 0]))
  })

  it('colours only what is inside, and erases where the image lies by then', () => {
    const colour = { gain: 0.5, saturation: 1, offset: 0 }
    const moved = { ...straight, down: 1, mirrored: true, colour }
    expect(shown(moved)).toEqual(['outside', 'outside', close([0, 0.5, 0]), close([0.5, 0, 0])])
    const erased = { top: 1, left: 0, height: 1, width: 1 }
    expect(shown({ ...moved, erased })).toEqual(['outside', 'outside', 'outside', close([0.5, 0, 0])])
  })

  it('with no change of colour is as without', () => {
    const plain = placePixels(colours, [straight])
    const coloured = placePixels(colours, [{ ...straight, colour: { gain: 1, saturation: 1, offset: 0 } }])
    expect([...coloured]).toEqual([...plain].map((value) => expect.closeTo(value, 5)))
  })
})
