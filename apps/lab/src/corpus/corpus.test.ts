import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { corpusFor } from '../simulate/modes.ts'
import { generatedDataSet } from './generated.ts'
import { dealtOut, readCorpus, readDataSets } from './corpus.ts'
import { readPublicSet, setAside } from './public-set.ts'

const REAL = '../shared/reid-data'
const quiet = { say() {}, begin: () => ({ update() {}, end() {} }) }

test.skipIf(!existsSync(REAL))(
  'eight clients of real crops have the same number of images by camera and by identity, and one learner has their sum',
  { timeout: 120_000 },
  async () => {
    const options = { images: 50, clients: 8, exact: true, size: { height: 32, width: 16 }, progress: quiet }
    const sets = await readDataSets(REAL)
    const cameras = await readCorpus(sets, { ...options, split: 'by-camera' })
    const groups = await readCorpus(sets, { ...options, split: 'by-identity' })
    for (const { clients } of [cameras, groups])
      expect(clients.map(({ pixels }) => pixels.names.length)).toEqual(Array.from({ length: 8 }, () => 50))
    expect(cameras.clients.map(({ sets }) => sets)).toEqual([
      ...Array.from({ length: 6 }, () => ['market1501']),
      ['partial-reid'],
      ['pku-reid'],
    ])
    expect(cameras.clients.every(({ pixels }) => new Set(pixels.cameras).size === 1)).toBe(false)
    expect(cameras.clients.slice(0, 6).map(({ pixels }) => new Set(pixels.cameras).size)).toEqual([1, 1, 1, 1, 1, 1])
    const people = groups.clients.flatMap(({ pixels }) => [...new Set(pixels.identities)])
    expect(new Set(people).size).toBe(people.length)
    const [all] = corpusFor('centralised', cameras).clients
    expect(all.pixels.names).toHaveLength(400)
    expect(all.pixels.pixels.subarray(-99)).toEqual(cameras.clients[7].pixels.pixels.subarray(-99))
  },
)

test.skipIf(!existsSync(REAL))(
  'people who are public are with no client, the same ones for whatever the clients are, and sizes stay unequal at a share',
  { timeout: 120_000 },
  async () => {
    const size = { height: 32, width: 16 }
    const { sets, publicCrops } = setAside(await readDataSets(REAL), 0.1)
    const again = setAside(await readDataSets(REAL), 0.1)
    expect(again.publicCrops.map(({ name }) => name)).toEqual(publicCrops.map(({ name }) => name))
    const person = ({ name, identity }: { readonly name: string; readonly identity: string }) =>
      `${name.split('/')[0]}/${identity}`
    const aside = new Set(publicCrops.map(person))
    expect(aside.size).toBe(48)
    const publicSet = await readPublicSet(publicCrops, 40, { size, progress: quiet })
    expect(publicSet?.pixels).toHaveLength(40 * 32 * 16 * 3)
    const { clients } = await readCorpus(sets, { share: 0.1, split: 'by-camera', size, progress: quiet })
    // Everybody whom clients could train on: the share decodes a tenth of them.
    const trained = new Set(
      dealtOut(sets, 'by-camera', {}).flatMap(({ crops }) => crops.map(({ identity }) => identity)),
    )
    expect(trained.size).toBe(476 - aside.size)
    expect([...aside].filter((identity) => trained.has(identity))).toEqual([])
    const sizes = clients.map(({ pixels }) => pixels.names.length)
    expect(Math.max(...sizes) / Math.min(...sizes)).toBeGreaterThan(3)
  },
)

test('as many public people as there are is too many, and none is too few for a strategy that looks at them', async () => {
  const people = generatedDataSet({ people: 4, cameras: 2, seed: 1, unseen: 1 })
  expect(() => setAside([people], 4)).toThrow('4 of 4 training identities')
  expect(setAside([people], 1).sets[0].parts.train).toHaveLength(3 * 2 * 4)
  const options = { size: { height: 32, width: 16 }, progress: quiet }
  await expect(readPublicSet([], 8, options)).rejects.toThrow('set some aside')
  expect(await readPublicSet([], 0, options)).toBeUndefined()
})
