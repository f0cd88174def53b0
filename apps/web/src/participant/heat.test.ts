import { expect, test } from 'vitest'
import { heatPixels, sharesByThird } from './heat.ts'

test('the stronger, the brighter, from end to end', () => {
  const values = Uint8Array.from({ length: 256 }, (_, value) => value)
  const pixels = heatPixels({ height: 256, width: 1, values })
  const brightness = Array.from(
    values,
    (_, at) => 0.2126 * pixels[4 * at] + 0.7152 * pixels[4 * at + 1] + 0.0722 * pixels[4 * at + 2],
  )
  for (let at = 1; at < 256; at++) expect(brightness[at]).toBeGreaterThanOrEqual(brightness[at - 1])
  expect([...pixels.subarray(0, 4)]).toEqual([4, 4, 32, 255])
  expect([...pixels.subarray(255 * 4)]).toEqual([252, 244, 164, 255])
})

test('shares by third count rows from above, whatever the height of the map', () => {
  const map = { height: 4, width: 2, values: Uint8Array.of(10, 10, 20, 20, 0, 0, 40, 0) }
  // Rows lie at 1/8, 3/8, 5/8 and 7/8 of the height.
  expect(sharesByThird([map])).toEqual([0.2, 0.4, 0.4])
  const upper = { height: 3, width: 1, values: Uint8Array.of(100, 0, 0) }
  expect(sharesByThird([map, upper])).toEqual([0.6, 0.2, 0.2])
  expect(sharesByThird([{ height: 2, width: 1, values: new Uint8Array(2) }])).toBeUndefined()
})
