import { expect, test } from 'vitest'
import { decodeBmp } from './bmp.ts'
import { bmp24, bmpPalette } from '../test/bmp-files.ts'

test.each([
  ['24 bits', bmp24(3, 2)],
  ['24 bits, rows from the top', bmp24(3, -2)],
  ['32 bits', bmp24(3, 2, 32)],
])('%s', (_, bytes) => {
  expect(decodeBmp(bytes)).toEqual({
    height: 2,
    width: 3,
    pixels: Uint8Array.from([0, 0, 200, 10, 0, 200, 20, 0, 200, 0, 10, 200, 10, 10, 200, 20, 10, 200]),
  })
})

test.each([1, 4, 8] as const)('a palette of %i bits', (depth) => {
  const { pixels, height, width } = decodeBmp(bmpPalette(11, 3, depth))
  expect([height, width]).toEqual([3, 11])
  for (let y = 0; y < 3; y++) for (let x = 0; x < 11; x++) expect(pixels[(y * 11 + x) * 3]).toBe((x + y) % 2 ** depth)
})

test.each([
  ['cut off', bmp24(3, 2).subarray(0, 60), /truncated/],
  ['no bitmap', new Uint8Array(100), /not a BMP/],
  ['compressed', changed(30, 1), /compressed/],
  ['16 bits', changed(28, 16), /16 bits/],
])('%s is refused', (_, bytes, reason) => {
  expect(() => decodeBmp(bytes)).toThrow(reason)
})

function changed(at: number, value: number): Uint8Array {
  const bytes = bmp24(3, 2)
  bytes[at] = value
  return bytes
}
