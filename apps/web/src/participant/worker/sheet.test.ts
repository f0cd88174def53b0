import { expect, test } from 'vitest'
import { sheetImage, spread } from './sheet.ts'

test('some of many are spread evenly over the list, and few are all shown', () => {
  expect(spread([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 4)).toEqual([0, 2, 5, 7])
  expect(spread([0, 1], 4)).toEqual([0, 1])
})

test('an image is typed by its bytes, whatever its name says', async () => {
  const png = Uint8Array.from([
    0x89,
    80,
    78,
    71,
    13,
    10,
    26,
    10,
    ...Array.from({ length: 8 }, () => 0),
    0,
    0,
    0,
    1,
    0,
    0,
    0,
    1,
  ])
  const end = Uint8Array.from([8, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 73, 69, 78, 68, 0, 0, 0, 0])
  const bytes = new Uint8Array([...png, ...end])
  bytes.set([0, 0, 0, 13], 8)
  const crop = { name: 'a.jpg', size: bytes.length, identity: '1', camera: 'c1', read: async () => bytes }
  expect((await sheetImage(crop)).image.type).toBe('image/png')
})
