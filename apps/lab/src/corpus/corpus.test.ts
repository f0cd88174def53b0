import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { corpusFor } from '../simulate/modes.ts'
import { readCorpus, readDataSets } from './corpus.ts'

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
