import { DISTRACTOR, JUNK } from '@passerby/reid'
import { describe, expect, test } from 'vitest'
import { bmp24 } from '../test/bmp-files.ts'
import type { FileSource } from './crop.ts'
import { CropsError } from './errors.ts'
import { market1501 } from './known-patterns.ts'
import { histogram, inspectFiles, surveyFiles } from './survey.ts'

const file = (name: string, bytes: Uint8Array = bmp24(2, 4)): FileSource => ({
  name,
  size: bytes.length,
  read: () => Promise.resolve(bytes),
})

describe('the summary before anything starts', () => {
  const files: FileSource[] = [
    file('0002_c1s1_000001_00.jpg'),
    file('0002_c2s1_000001_00.jpg'),
    file('0003_c1s1_000001_00.jpg'),
    file('-1_c1s1_000001_00.jpg'),
    file('0000_c2s1_000001_00.jpg'),
    file('holiday.jpg'),
    file('0004_c1s1_000001_00.jpg', new Uint8Array()),
    file('notes.txt', Uint8Array.of(104, 101)),
    { name: '0005_c1s1_0_0.jpg', size: 9, read: () => Promise.reject(new CropsError('unreadable', 'gone')) },
    { name: '0006_c1s1_0_0.jpg', size: 2 ** 30, read: () => Promise.reject(new Error('must not be read')) },
  ]

  test('counts images by identity and camera, and names every problem', async () => {
    const { crops, summary } = surveyFiles(await inspectFiles(files), market1501)
    expect(summary).toEqual({
      images: 5,
      bytes: 5 * bmp24(2, 4).length,
      identities: [
        { label: '0002', images: 2 },
        { label: '0003', images: 1 },
      ],
      cameras: [
        { label: 'c1', images: 3 },
        { label: 'c2', images: 2 },
      ],
      singleImage: ['0003'],
      withoutIdentity: ['holiday.jpg'],
      noPerson: 2,
      unreadable: [
        { name: '0004_c1s1_000001_00.jpg', reason: 'empty file' },
        { name: 'notes.txt', reason: 'not an image' },
        { name: '0005_c1s1_0_0.jpg', reason: 'gone' },
        { name: '0006_c1s1_0_0.jpg', reason: 'more than 32 MB: too large for a crop' },
      ],
    })
    expect(crops.map((crop) => crop.identity)).toEqual(['0002', '0002', '0003', JUNK, DISTRACTOR])
    expect(await crops[0].read()).toEqual(bmp24(2, 4))
  })

  test('tells how far it is, stops when aborted, and reads few files at once', async () => {
    const abort = new AbortController()
    const seen: number[] = []
    let open = 0
    let most = 0
    const many = Array.from({ length: 1000 }, (_, index): FileSource => ({
      name: `${index}`,
      size: 1,
      async read() {
        most = Math.max(most, ++open)
        await new Promise((resolve) => setImmediate(resolve))
        open--
        return Uint8Array.of(1)
      },
    }))
    const onProgress = ({ done, total }: { done: number; total: number }) => {
      expect(total).toBe(1000)
      seen.push(done)
      if (done === 100) abort.abort()
    }
    await expect(inspectFiles(many, { signal: abort.signal, onProgress })).rejects.toThrow(/abort/i)
    expect(seen.slice(0, 100)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1))
    expect(seen.length).toBeLessThan(120)
    expect(most).toBe(8)
  })

  test('histograms count labels by their images', () => {
    const counts = [1, 1, 2, 5, 9, 10].map((images, index) => ({ label: `${index}`, images }))
    expect(histogram(counts, 5)).toEqual([
      { from: 1, to: 2, labels: 3 },
      { from: 3, to: 4, labels: 0 },
      { from: 5, to: 6, labels: 1 },
      { from: 7, to: 8, labels: 0 },
      { from: 9, to: 10, labels: 2 },
    ])
    expect(histogram([{ label: 'a', images: 3 }], 8)).toEqual([{ from: 3, to: 3, labels: 1 }])
    expect(histogram([], 8)).toEqual([])
    expect(() => histogram(counts, 0)).toThrow(RangeError)
  })
})
