import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Raster, resize, syntheticPeople } from '@passerby/crops'
import { decodeImage } from '@passerby/crops/node'
import { afterEach, expect, test } from 'vitest'
import { readPublicSet, spread } from './public-set.ts'

let folder = ''
afterEach(async () => await rm(folder, { recursive: true, force: true }))

test('images are spread evenly over those that there are', () => {
  const items = Array.from({ length: 10 }, (_, at) => at)
  expect(spread(items, 5)).toEqual([0, 2, 4, 6, 8])
  expect(spread(items, 4)).toEqual([0, 2, 5, 7])
  expect(spread(items, 1)).toEqual([0])
  expect(spread(items, 10)).toEqual(items)
  expect(spread(items, 99)).toEqual(items)
})

test('a folder is read in the order of its names, at one size, without what is no image', async () => {
  folder = await mkdtemp(join(tmpdir(), 'passerby-public-set-'))
  const people = syntheticPeople({ identities: 3, cameras: 1, imagesPerCamera: 1, seed: 1 })
  const rasters: Raster[] = []
  // Written in another order than that of their names.
  for (const at of [2, 0, 1]) {
    const file = await people[at].read()
    rasters[at] = await decodeImage(file)
    await writeFile(join(folder, `${at}.PNG`), file)
  }
  await writeFile(join(folder, '9.jpg'), 'no image')
  await writeFile(join(folder, 'labels.csv'), 'name')
  const size = { height: 16, width: 8 }
  const read = await readPublicSet({ kind: 'read', folder, images: 4, ...size })
  expect([read.images, read.unreadable]).toEqual([3, 1])
  const expected = Buffer.concat(rasters.map((raster) => resize(raster, size.height, size.width).pixels))
  expect(Buffer.compare(Buffer.from(read.pixels), expected)).toBe(0)
})

test('a folder that is not there is said', async () => {
  const request = { kind: 'read', folder: '/no/such/folder', images: 4, height: 16, width: 8 } as const
  await expect(readPublicSet(request)).rejects.toThrow('/no/such/folder')
})
