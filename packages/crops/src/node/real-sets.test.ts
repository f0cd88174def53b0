/** The real sets beside the project, where they are: each recognised, dealt out and searched as its makers meant. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { evaluate, personsOf } from '@passerby/reid'
import { beforeAll, describe, expect, test } from 'vitest'
import { labelsOf } from '../crop.ts'
import { dataSetsOf, evaluationPart, type DataSet } from '../data-sets.ts'
import { recognisePattern } from '../known-patterns.ts'
import { decodeCrops } from '../pixels.ts'
import { RAW_PIXEL_DIM, rawPixelEmbeddings } from '../raw-pixels.ts'
import { splitClients } from '../split.ts'
import { inspectFiles, surveyFiles } from '../survey.ts'
import { decodeImage } from './decode.ts'
import { directoryFiles } from './directory.ts'

const root = join(import.meta.dirname, '../../../../../shared/reid-data')

describe.runIf(existsSync(root))('the real sets', () => {
  let sets: ReadonlyMap<string, DataSet>
  beforeAll(async () => {
    const all = dataSetsOf(await directoryFiles(root), { rootName: 'reid-data' })
    sets = new Map(all.map((set) => [set.name, set]))
  })
  const set = (name: string) => {
    const found = sets.get(name)
    if (found === undefined) throw new Error(`no data set ${name}`)
    return found
  }

  test.each([
    { name: 'market1501', pattern: 'Market-1501', identities: 404, cameras: 6, counts: [6853, 0, 451, 1442] },
    {
      name: 'pku-reid',
      pattern: 'Folder per identity, camera first in the name',
      identities: 40,
      cameras: 2,
      counts: [640, 176, 0, 0],
    },
    {
      name: 'partial-reid',
      pattern: 'Folder per camera, identity first in the name',
      identities: 32,
      cameras: 3,
      counts: [480, 120, 0, 0],
    },
  ])('$name is recognised by its names', ({ name, pattern, identities, cameras, counts }) => {
    const { parts, withoutIdentity, ...found } = set(name)
    const labels = labelsOf(parts.train)
    expect(found.pattern?.name).toBe(pattern)
    expect(withoutIdentity).toEqual([])
    expect([parts.train, parts.validation, parts.query, parts.gallery].map((part) => part.length)).toEqual(counts)
    expect(personsOf(labels)).toHaveLength(identities)
    expect(new Set(labels.cameras).size).toBe(cameras)
  })

  test('nothing else lies beside them, and each is recognised alone, from any height', async () => {
    expect([...sets.keys()]).toEqual(['market1501', 'partial-reid', 'pku-reid'])
    for (const name of sets.keys()) {
      const alone = dataSetsOf(await directoryFiles(join(root, name)), { rootName: name })
      expect(alone.map((one) => [one.name, one.pattern])).toEqual([[name, set(name).pattern]])
    }
    const folder = await directoryFiles(join(root, 'pku-reid/val'))
    expect(recognisePattern(folder.map((file) => file.name))).toBe(set('pku-reid').pattern)
  })

  test('every file is an image, PKU-Reid’s too, whose .png are JPEGs', async () => {
    const pku = await inspectFiles(await directoryFiles(join(root, 'pku-reid/val')))
    expect(new Set(pku.map(({ content }) => (content.readable ? content.type : content.reason)))).toEqual(
      new Set(['jpeg']),
    )
    const pattern = set('market1501').pattern
    if (pattern === undefined) throw new Error('no pattern')
    const { summary } = surveyFiles(await inspectFiles(await directoryFiles(join(root, 'market1501/query'))), pattern)
    expect(summary).toMatchObject({ images: 451, unreadable: [], withoutIdentity: [], noPerson: 0 })
    expect(summary.identities).toHaveLength(102)
    expect(summary.cameras.map(({ images }) => images)).toEqual([93, 76, 95, 30, 80, 77])
  }, 30_000)

  test('eight clients by camera, of 200 images and a few more', () => {
    const clients = splitClients([...sets.values()], 'by-camera', { images: 200 })
    expect(clients.map(({ name, crops }) => [name, personsOf(labelsOf(crops)).length])).toEqual([
      ['market1501/c1', 65],
      ['market1501/c2', 68],
      ['market1501/c3', 56],
      ['market1501/c4', 58],
      ['market1501/c5', 41],
      ['market1501/c6', 23],
      ['partial-reid', 14],
      ['pku-reid', 13],
    ])
    const images = clients.map(({ crops }) => crops.length)
    expect(Math.min(...images)).toBe(201)
    expect(Math.max(...images)).toBe(210)
    const all = splitClients([...sets.values()], 'none', { images: 200 })
    expect(all.map(({ crops }) => crops.length)).toEqual([images.reduce((sum, count) => sum + count, 0)])
  })

  test.each([
    { name: 'market1501', queries: 451, counted: 447, rank1: 16.1, mAP: 8.0 },
    { name: 'pku-reid', queries: 88, counted: 88, rank1: 65.9, mAP: 49.0 },
    { name: 'partial-reid', queries: 40, counted: 40, rank1: 50.0, mAP: 49.7 },
  ])(
    'raw pixels on $name reach $rank1 / $mAP',
    async ({ name, queries, counted, rank1, mAP }) => {
      const part = evaluationPart(set(name))
      if (part === undefined) throw new Error('nothing to evaluate on')
      const embed = async (crops: typeof part.query) => {
        const decoded = await decodeCrops(crops, { height: 64, width: 32 }, { decode: decodeImage })
        expect(decoded.unreadable).toEqual([])
        return { embeddings: rawPixelEmbeddings(decoded.set), ...labelsOf(crops) }
      }
      const query = await embed(part.query)
      const metrics = evaluate({ query, gallery: await embed(part.gallery), dim: RAW_PIXEL_DIM })
      expect(part.query).toHaveLength(queries)
      expect(metrics.queries).toBe(counted)
      expect(Math.abs(metrics.rank1 - rank1)).toBeLessThan(1)
      expect(Math.abs(metrics.mAP - mAP)).toBeLessThan(1)
    },
    60_000,
  )
})
