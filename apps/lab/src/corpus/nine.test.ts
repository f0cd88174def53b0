import { evaluationPart, splitClients, syntheticPeople } from '@passerby/crops'
import { expect, test } from 'vitest'
import { nineDataSets, ninePublicCrops, seedOf } from './nine.ts'

const nine = nineDataSets({ scale: 0.02, seed: 1 })
const images = splitClients(nine, 'by-data-set').map(({ crops }) => crops.length)

test('training sizes are the published ones, scaled, with at least eight people of two images', () => {
  // 32,621 / 50, 16,522 / 50, …; VIPeR's 13, 3DPeS' 9 and i-LIDS' 5 are fewer than 16.
  expect(Object.fromEntries(splitClients(nine, 'by-data-set').map(({ name, crops }) => [name, crops.length]))).toEqual({
    msmt17: 652,
    duke: 330,
    market1501: 259,
    cuhk03: 147,
    prid2011: 75,
    cuhk01: 39,
    viper: 16,
    '3dpes': 16,
    ilids: 16,
  })
  expect(images[0] / images[8]).toBeGreaterThan(40)
})

test('every set has people of its own, seen by two cameras or more, and every query somebody to find', () => {
  for (const set of nine) {
    const { train } = set.parts
    for (const identity of new Set(train.map((crop) => crop.identity)))
      expect(
        new Set(train.filter((crop) => crop.identity === identity).map(({ camera }) => camera)).size,
      ).toBeGreaterThan(1)
    const searched = evaluationPart(set)
    expect(searched?.query.length).toBeGreaterThanOrEqual(24)
    const trained = new Set(train.map(({ identity }) => identity))
    for (const { identity, camera, name } of searched?.query ?? []) {
      expect(trained.has(identity)).toBe(false)
      const right = searched?.gallery.filter((crop) => crop.identity === identity && crop.camera !== camera)
      expect([name, right?.length]).not.toEqual([name, 0])
    }
    const names = Object.values(set.parts).flatMap((part) => part.map(({ name }) => name))
    expect(new Set(names).size).toBe(names.length)
  }
})

test('the same seed gives the same pixels; sets and the public people look apart', async () => {
  const first = async (seed: number) => (await nineDataSets({ scale: 0.02, seed })[0].parts.train[0].read()).join()
  expect(await first(1)).toBe(await first(1))
  expect(await first(1)).not.toBe(await first(2))
  const pictures = await Promise.all(
    [...nine.map(({ parts }) => parts.train[0]), ninePublicCrops({ scale: 0.02, seed: 1 })[0]].map(async (crop) =>
      (await crop.read()).join(),
    ),
  )
  expect(new Set(pictures).size).toBe(10)
})

test('public people are none of any set’s: drawn from its seed, they would look otherwise', async () => {
  const [crop] = ninePublicCrops({ scale: 0.02, seed: 1 })
  const drawnFrom = async (name: string) => {
    const firstIdentity = Number(crop.identity)
    const people = { identities: 1, firstIdentity, cameras: 6, imagesPerCamera: 1, place: 9 }
    const drawn = syntheticPeople({ ...people, seed: seedOf(1, name) })
    return (await drawn.find((same) => same.name === crop.name)?.read())?.join()
  }
  const pixels = (await crop.read()).join()
  expect(await drawnFrom('public')).toBe(pixels)
  for (const { name } of nine) expect([name, (await drawnFrom(name)) === pixels]).toEqual([name, false])
})
