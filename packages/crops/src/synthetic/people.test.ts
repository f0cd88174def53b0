import { evaluate, personsOf } from '@passerby/reid'
import { describe, expect, test } from 'vitest'
import type { PixelSet } from '../crop.ts'
import { decodeImage } from '../node/decode.ts'
import { decodeCrops } from '../pixels.ts'
import { RAW_PIXEL_DIM, rawPixelEmbeddings } from '../raw-pixels.ts'
import { recognisePattern } from '../known-patterns.ts'
import { syntheticPeople, syntheticPixels } from './people.ts'

const few = { identities: 3, cameras: 2, imagesPerCamera: 2, seed: 5 }

/** Comparing arrays of this size value by value takes the test framework seconds. */
const same = (a: PixelSet, b: PixelSet) => Buffer.from(a.pixels).equals(b.pixels)

describe('synthetic people', () => {
  test('a seed always gives the same pixels, another seed others', () => {
    const set = syntheticPixels(few)
    expect(same(syntheticPixels(few), set)).toBe(true)
    expect(same(syntheticPixels({ ...few, seed: 6 }), set)).toBe(false)
  })

  test('a person looks the same in whatever range of numbers it is asked for', () => {
    const all = syntheticPixels(few)
    const last = syntheticPixels({ ...few, identities: 1, firstIdentity: 3 })
    expect(last.names).toEqual(all.names.slice(-4))
    expect(same(last, { ...last, pixels: all.pixels.slice(-last.pixels.length) })).toBe(true)
  })

  test('its crops are PNG files of the same pixels, under names that are recognised', async () => {
    const crops = syntheticPeople(few)
    const set = syntheticPixels(few)
    const { set: decoded, unreadable } = await decodeCrops(crops, set, { decode: decodeImage })
    expect(unreadable).toEqual([])
    expect(same(decoded, set)).toBe(true)
    expect(decoded.names).toEqual(set.names)
    expect(personsOf(set)).toEqual(['0001', '0002', '0003'])
    const pattern = recognisePattern(set.names)
    expect(set.names.map((name) => pattern?.read(name))).toEqual(
      crops.map(({ identity, camera }) => ({ identity, camera })),
    )
  })

  test('refuses counts that are none', () => {
    expect(() => syntheticPixels({ ...few, cameras: 0 })).toThrow(RangeError)
  })

  test.each([1, 2, 3])(
    'seed %i is hard for raw pixels across cameras, but not beyond chance',
    (seed) => {
      const set = syntheticPixels({ identities: 40, cameras: 3, imagesPerCamera: 4, seed })
      const images = { embeddings: rawPixelEmbeddings(set), identities: set.identities, cameras: set.cameras }
      const { rank1, queries } = evaluate({ query: images, gallery: images, dim: RAW_PIXEL_DIM })
      const chance = 100 * (8 / (40 * 12 - 4))
      expect(queries).toBe(480)
      expect(rank1).toBeLessThan(25)
      expect(rank1).toBeGreaterThan(1.5 * chance)
    },
    60_000,
  )
})
