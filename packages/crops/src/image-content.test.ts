import sharp from 'sharp'
import { beforeAll, describe, expect, test } from 'vitest'
import { imageContent } from './image-content.ts'
import { bmp24 } from '../test/bmp-files.ts'

const text = (value: string) => Uint8Array.from(value, (character) => character.charCodeAt(0))

describe('what a file is by its bytes', () => {
  const files = new Map<string, Uint8Array>()
  beforeAll(async () => {
    const image = sharp({ create: { width: 20, height: 33, channels: 3, background: '#3a7' } })
    files.set('jpeg', await image.clone().jpeg().toBuffer())
    files.set('jpeg, progressive', await image.clone().jpeg({ progressive: true }).toBuffer())
    files.set(
      'jpeg, with EXIF',
      await image
        .clone()
        .withExif({ IFD0: { Copyright: 'nobody' } })
        .jpeg()
        .toBuffer(),
    )
    files.set('png', await image.clone().png().toBuffer())
    files.set('webp', await image.clone().webp().toBuffer())
    files.set('webp, lossless', await image.clone().webp({ lossless: true }).toBuffer())
    files.set('webp, alpha', await image.clone().ensureAlpha(0.5).webp().toBuffer())
    files.set('bmp', bmp24(20, 33))
  })
  const named = (name: string) => files.get(name) ?? new Uint8Array()

  test.each(['jpeg', 'jpeg, progressive', 'jpeg, with EXIF', 'png', 'webp', 'webp, lossless', 'webp, alpha', 'bmp'])(
    '%s',
    (name) => {
      expect(imageContent(named(name))).toEqual({ readable: true, type: name.split(',')[0], width: 20, height: 33 })
    },
  )

  test.each(['jpeg', 'png', 'webp', 'bmp'])('a %s cut anywhere is unreadable, with a reason', (name) => {
    const whole = named(name)
    for (let length = 0; length < whole.length - 2; length += 3) {
      const content = imageContent(whole.subarray(0, length))
      expect(content.readable ? `${length} bytes` : content.reason).toMatch(/empty|truncated|not an image|damaged/)
    }
  })

  test('bytes behind the end are ignored, as viewers do', () => {
    const padded = Uint8Array.from([...named('jpeg'), 0, 0, 0])
    expect(imageContent(padded).readable).toBe(true)
  })

  test.each([
    ['', 'empty file'],
    ['hello, this is text', 'not an image'],
    ['GIF89a..............', 'GIF is not supported: convert it to JPEG or PNG'],
    ['\0\0\0\x18ftypheic........', 'HEIC is not supported: convert it to JPEG or PNG'],
    ['II*\0................', 'TIFF is not supported: convert it to JPEG or PNG'],
  ])('%j: %s', (bytes, reason) => {
    expect(imageContent(text(bytes))).toEqual({ readable: false, reason })
  })

  test('refuses to hold a picture of a gigabyte', () => {
    const huge = named('png').slice()
    new DataView(huge.buffer).setUint32(16, 40_000)
    new DataView(huge.buffer).setUint32(20, 40_000)
    expect(imageContent(huge)).toEqual({ readable: false, reason: '40000×40000 pixels are too many for a crop' })
  })
})
