import type { Raster } from '@passerby/crops'
import { decode } from 'fast-png'
import { describe, expect, test } from 'vitest'
import { activationSheet, mapPicture } from './activation-sheet.ts'
import { pickQueries } from './pick-queries.ts'
import { BLACK, line, picture, pngOf } from './picture.ts'
import { rankedSheet, type SheetItem } from './ranked-sheet.ts'
import { scatterSvg } from './scatter.ts'

const image = (value: number): Raster => picture(40, 20, [value, value, value])
const at = ({ width, pixels }: Raster, x: number, y: number) =>
  Array.from(pixels.subarray((y * width + x) * 3, (y * width + x) * 3 + 3))
const luminance = ([red, green, blue]: readonly number[]) => 0.2126 * red + 0.7152 * green + 0.0722 * blue

describe('a sheet of ranked results', () => {
  const item = (kind: SheetItem['kind'], rank: number | undefined): SheetItem => ({ image: image(90), kind, rank })
  const row = { query: image(200), items: [item('right', 1), item('wrong', 2), item('left-out', undefined)] }
  // An image with its frame is 28 wide; the first found one begins at 12 + 28 + 18.
  const left = (place: number) => 58 + place * 34

  test('frames what is right, wrong and left out', () => {
    const sheet = rankedSheet([row, row])
    expect([sheet.width, sheet.height]).toEqual([left(3) - 6 + 12, 12 + 2 * 66 + 6 + 12])
    const frames = [0, 1, 2].map((place) => at(sheet, left(place) + 1, 13))
    const [right, wrong, leftOut] = frames
    expect(right[1]).toBeGreaterThan(2 * right[0])
    expect(wrong[0]).toBeGreaterThan(2 * wrong[1])
    expect(new Set(leftOut).size).toBe(1)
    expect(at(sheet, 13, 13)).toEqual([...BLACK])
    expect(at(sheet, 12 + 4, 12 + 4)).toEqual([200, 200, 200])
    expect(at(sheet, left(1) + 4, 12 + 4 + 72)).toEqual([90, 90, 90])
  })

  test('says it without colour: the signs differ in shape', () => {
    const sheet = rankedSheet([{ ...row, items: row.items.map((one) => ({ ...one, rank: undefined })) }])
    const signs = [0, 1, 2].map((place) => {
      const background = at(sheet, left(place) + 1, 13)
      const lit: number[] = []
      for (let y = 60; y < 78; y++)
        for (let x = 0; x < 28; x++)
          if (luminance(at(sheet, left(place) + x, y)) > luminance(background) + 40) lit.push(y * 28 + x)
      return lit.join()
    })
    expect(new Set(signs).size).toBe(3)
    for (const sign of signs) expect(sign.split(',').length).toBeGreaterThan(15)
  })

  test('is a PNG that reads back, and needs a query', () => {
    const sheet = rankedSheet([row])
    const read = decode(pngOf(sheet))
    expect([read.width, read.height, read.channels]).toEqual([sheet.width, sheet.height, 3])
    expect(Uint8Array.from(read.data)).toEqual(sheet.pixels)
    expect(() => rankedSheet([])).toThrow(RangeError)
  })
})

describe('activation maps', () => {
  test('are the brighter the stronger, and lie where they belong', () => {
    const ramp = Float32Array.from({ length: 16 }, (_, value) => value / 15)
    const { pixels } = mapPicture({ map: ramp, height: 16, width: 1 }, { height: 16, width: 1 })
    const bright = Array.from({ length: 16 }, (_, row) => luminance([...pixels.subarray(row * 3, row * 3 + 3)]))
    for (const [row, value] of bright.slice(1).entries()) expect(value).toBeGreaterThan(bright[row])
    const corner = mapPicture({ map: Float32Array.of(0, 1, 0, 0), height: 2, width: 2 }, { height: 40, width: 20 })
    expect(at(corner, 19, 0)).toEqual([252, 244, 164])
    for (const [x, y] of [
      [0, 0],
      [0, 39],
      [19, 39],
    ])
      expect(at(corner, x, y)).toEqual([4, 4, 32])
  })

  test('a crop stands before its map and both together', () => {
    const one = { crop: image(100), map: Float32Array.of(1), height: 1, width: 1 }
    const sheet = activationSheet([one, one, one, one, one])
    expect([sheet.width, sheet.height]).toEqual([24 + 4 * (60 + 8 + 16) - 16, 24 + 2 * 40 + 4])
    expect(at(sheet, 12, 12)).toEqual([100, 100, 100])
    expect(at(sheet, 12 + 24, 12)).toEqual([252, 244, 164])
    expect(at(sheet, 12 + 48, 12)).toEqual([252, 244, 164].map((value) => Math.round(100 + 0.55 * (value - 100))))
    expect(at(sheet, 12, 12 + 44)).toEqual([100, 100, 100])
  })
})

test('a line covers what is within half its thickness', () => {
  const on = picture(20, 20)
  const ends = [
    { x: 4, y: 10 },
    { x: 16, y: 10 },
  ] as const
  line(on, ends, { colour: BLACK, thickness: 4 })
  expect([at(on, 10, 8), at(on, 10, 11)]).toEqual([[...BLACK], [...BLACK]])
  expect([at(on, 10, 5), at(on, 10, 14), at(on, 0, 10)]).toEqual(Array.from({ length: 3 }, () => [255, 255, 255]))
})

test('queries are picked by how well they went; nobody without a right image', () => {
  const rankings = [[1], [4], [], [2, 3], [1, 2]]
  expect(pickQueries(rankings, { count: 2, pick: 'worst', seed: 1 })).toEqual([1, 3])
  expect(pickQueries(rankings, { count: 3, pick: 'best', seed: 1 })).toEqual([0, 4, 3])
  const drawn = pickQueries(rankings, { count: 9, pick: 'random', seed: 1 })
  expect(drawn).toEqual([0, 1, 3, 4])
})

test('a scatter keeps proportions, escapes names and gives each identity a look of its own', () => {
  const points = Array.from({ length: 35 }, (_, at) => ({ x: at, y: 0, identity: `p${at}`, name: '<b> & "c"' }))
  const svg = scatterSvg({ title: 'a & b', axes: ['x', 'y'], points })
  expect(svg).toContain('a &amp; b')
  expect(svg).not.toContain('<b>')
  const looks = [...svg.matchAll(/<g transform="translate\(([\d.]+) ([\d.]+)\)" (fill.+?)<title>/g)]
  expect(looks).toHaveLength(35)
  expect(new Set(looks.map(([, , , look]) => look)).size).toBe(35)
  expect(new Set(looks.map(([, , y]) => y)).size).toBe(1)
})
