import { describe, expect, test } from 'vitest'
import { commands } from 'vitest/browser'
import type { Raster } from '../crop.ts'
import type { SampleImage } from '../../test/sample-images.ts'
import { resize } from '../resize.ts'
import { syntheticPixels } from '../synthetic/people.ts'
import { decodeImage } from './decode.ts'

declare module 'vitest/browser' {
  interface BrowserCommands {
    sampleImages: () => Promise<SampleImage[]>
  }
}

const bytesOf = (base64: string) => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))

function largestDifference(a: Raster, b: Raster): number {
  expect([a.height, a.width]).toEqual([b.height, b.width])
  return a.pixels.reduce((most, value, at) => Math.max(most, Math.abs(value - b.pixels[at])), 0)
}

describe('decoding in a browser', () => {
  test('gives the pixels that Node gives, at full size and resized', async () => {
    const samples = await commands.sampleImages()
    expect(samples.length).toBeGreaterThanOrEqual(10)
    const differences = new Map<string, number>()
    for (const { name, file, height, width, pixels } of samples) {
      const inNode: Raster = { height, width, pixels: bytesOf(pixels) }
      const here = await decodeImage(bytesOf(file))
      differences.set(name, largestDifference(here, inNode))
      expect(largestDifference(resize(here, 64, 32), resize(inNode, 64, 32))).toBeLessThanOrEqual(2)
    }
    expect([...differences].filter(([, difference]) => difference > 2)).toEqual([])
  })

  test('a generated person is the same to the bit', async () => {
    const [png] = await commands.sampleImages()
    const { height, width, pixels } = syntheticPixels({ identities: 1, cameras: 1, imagesPerCamera: 1, seed: 3 })
    expect(largestDifference({ height, width, pixels }, { height, width, pixels: bytesOf(png.pixels) })).toBe(0)
  })

  test.each([
    ['', 'empty file'],
    ['hello', 'not an image'],
    ['GIF89a', 'GIF is not supported: convert it to JPEG or PNG'],
  ])('%j is refused with its reason', async (content, reason) => {
    await expect(decodeImage(new TextEncoder().encode(content))).rejects.toThrow(reason)
  })

  test('a file that is damaged inside is refused', async () => {
    const [png] = await commands.sampleImages()
    const bytes = bytesOf(png.file)
    bytes.fill(0x55, 60, 4000)
    await expect(decodeImage(bytes)).rejects.toThrow('damaged PNG')
  })
})
