import { expect, test } from 'vitest'
import type { Raster } from './crop.ts'
import { resize } from './resize.ts'

const image: Raster = { height: 7, width: 5, pixels: new Uint8Array(7 * 5 * 3) }
for (let y = 0; y < 7; y++)
  for (let x = 0; x < 5; x++)
    image.pixels.set([(x * 53 + y * 31) % 256, (x * x * 17 + y * 97) % 256, (x * y * 29 + 200) % 256], (y * 5 + x) * 3)

/** Pillow 9.4, `Image.resize((width, height), Image.BILINEAR)` of the same image. */
const PILLOW = [
  {
    height: 4,
    width: 3,
    pixels: [
      39, 58, 201, 122, 117, 133, 198, 121, 133, 87, 137, 138, 170, 102, 76, 137, 148, 118, 145, 131, 139, 158, 131,
      130, 85, 120, 95, 193, 148, 158, 84, 129, 130, 103, 164, 116,
    ],
  },
  { height: 2, width: 2, pixels: [101, 104, 138, 161, 129, 113, 151, 137, 133, 105, 133, 118] },
  {
    height: 3,
    width: 5,
    pixels: [
      27, 83, 200, 80, 100, 170, 133, 96, 85, 186, 181, 110, 184, 99, 135, 93, 110, 200, 146, 127, 46, 184, 103, 118,
      177, 128, 130, 64, 126, 96, 159, 151, 200, 212, 168, 93, 64, 110, 151, 62, 140, 135, 115, 167, 83,
    ],
  },
]

test.each(PILLOW)('7×5 to $height×$width as Pillow does it', ({ height, width, pixels }) => {
  expect([...resize(image, height, width).pixels]).toEqual(pixels)
})

test('enlarging as Pillow does it: the sum and the corners of 11×9', () => {
  const { pixels } = resize(image, 11, 9)
  expect(pixels.length).toBe(297)
  expect([...pixels.subarray(0, 6)]).toEqual([0, 0, 200, 18, 6, 200])
  expect([...pixels.subarray(-6)]).toEqual([124, 132, 155, 142, 86, 128])
  expect(pixels.reduce((sum, value) => sum + value, 0)).toBe(37657)
})

test('an even image stays even, and its own size is the image itself', () => {
  const even: Raster = { height: 33, width: 20, pixels: new Uint8Array(33 * 20 * 3).fill(255) }
  expect(resize(even, 16, 8).pixels.every((value) => value === 255)).toBe(true)
  expect(resize(even, 50, 31).pixels.every((value) => value === 255)).toBe(true)
  expect(resize(image, 7, 5).pixels).toBe(image.pixels)
  expect(() => resize(image, 0, 5)).toThrow(RangeError)
})
