import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { bmp24 } from '../../test/bmp-files.ts'
import type { Crop } from '../crop.ts'
import { decodeCrops, pixelsAt } from '../pixels.ts'
import { decodeImage } from './decode.ts'

const colour = { width: 4, height: 6, channels: 3 as const, background: { r: 200, g: 100, b: 50 } }
const even = Uint8Array.from({ length: 72 }, (_, at) => [200, 100, 50][at % 3])

describe('decoding in Node', () => {
  test.each(['png', 'webp', 'jpeg'] as const)('%s', async (format) => {
    const bytes = await sharp({ create: colour }).toFormat(format, { quality: 100, lossless: true }).toBuffer()
    const { height, width, pixels } = await decodeImage(bytes)
    expect([height, width]).toEqual([6, 4])
    for (const [at, value] of pixels.entries()) expect(Math.abs(value - even[at])).toBeLessThanOrEqual(2)
  })

  test('BMP, grey, palette, 16 bits and transparency all give three channels', async () => {
    expect((await decodeImage(bmp24(4, 6))).pixels.subarray(0, 6)).toEqual(Uint8Array.of(0, 0, 200, 10, 0, 200))
    const grey = await sharp({ create: colour }).greyscale().png().toBuffer()
    expect((await decodeImage(grey)).pixels).toHaveLength(72)
    const palette = await sharp({ create: colour }).png({ palette: true }).toBuffer()
    expect((await decodeImage(palette)).pixels).toEqual(even)
    const deep = await sharp({ create: colour }).toColourspace('rgb16').png().toBuffer()
    expect((await decodeImage(deep)).pixels).toEqual(even)
    const clear = await sharp({ create: { ...colour, channels: 4, background: { r: 200, g: 100, b: 50, alpha: 0 } } })
      .png()
      .toBuffer()
    expect((await decodeImage(clear)).pixels).toEqual(new Uint8Array(72))
  })

  test('a crop is turned upright as its EXIF says, as every browser does', async () => {
    const turned = await sharp({ create: colour }).withMetadata({ orientation: 6 }).jpeg().toBuffer()
    expect(await decodeImage(turned)).toMatchObject({ height: 4, width: 6 })
  })

  test('bad files give their reason and never stop the rest, which keep their order', async () => {
    const good = await sharp({ create: colour }).png().toBuffer()
    const damaged = await sharp({ create: { ...colour, width: 64, height: 64 } })
      .png({ compressionLevel: 0 })
      .toBuffer()
    damaged.fill(0x55, 60, 4000)
    const crop = (name: string, bytes: Uint8Array): Crop => ({
      name,
      identity: name,
      camera: 'c1',
      size: bytes.length,
      read: () => Promise.resolve(bytes),
    })
    const gone: Crop = { ...crop('gone', good), read: () => Promise.reject(new Error('gone')) }
    const crops = [
      crop('a', good),
      crop('text', Uint8Array.of(1)),
      gone,
      crop('damaged', damaged),
      crop('b', bmp24(4, 6)),
    ]
    const { set, unreadable } = await decodeCrops(crops, { height: 3, width: 2 }, { decode: decodeImage })
    expect(unreadable).toEqual([
      { name: 'text', reason: 'not an image' },
      { name: 'gone', reason: 'gone' },
      { name: 'damaged', reason: 'damaged PNG' },
    ])
    expect(set).toMatchObject({ height: 3, width: 2, names: ['a', 'b'], identities: ['a', 'b'], cameras: ['c1', 'c1'] })
    expect(set.pixels.subarray(0, 18)).toEqual(even.subarray(0, 18))
    expect(pixelsAt(set, [1, 0, 0]).names).toEqual(['b', 'a', 'a'])
    expect(pixelsAt(set, [1, 0]).pixels.subarray(18)).toEqual(even.subarray(0, 18))
  })
})
