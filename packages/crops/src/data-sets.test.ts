import { JUNK } from '@passerby/reid'
import { describe, expect, test } from 'vitest'
import type { FileSource } from './crop.ts'
import { dataSetsOf, evaluationPart, type DataSet } from './data-sets.ts'
import { parsePattern } from './pattern.ts'
import { splitClients, type ClientCrops } from './split.ts'

const files = (...names: readonly string[]): FileSource[] =>
  names.map((name) => ({ name, size: 1, read: () => Promise.resolve(new Uint8Array(1)) }))

const names = (clients: readonly ClientCrops[]) =>
  clients.map(({ name, crops }) => [name, crops.map((crop) => crop.name)])

describe('how data lies on a disk', () => {
  test('data sets side by side, each with its parts and its own pattern', () => {
    const sets = dataSetsOf(
      files(
        'market/Bounding_Box_Train/0002_c1s1_000001_00.jpg',
        'market/bounding_box_test/0003_c1s1_000001_00.jpg',
        'market/query/0003_c2s1_000001_00.jpg',
        'small/ones/train/anna/1_1.png',
        'small/ones/train/ben/1_1.png',
        'small/ones/val/carl/1_1.png',
        'readme.txt',
      ),
      { rootName: 'root' },
    )
    expect(
      sets.map(({ name, pattern, parts }) => [name, pattern?.name, Object.values(parts).map((part) => part.length)]),
    ).toEqual([
      ['market', 'Market-1501', [1, 0, 1, 1]],
      ['small/ones', 'Folder per identity, camera first in the name', [2, 1, 0, 0]],
    ])
  })

  test('files outside any part train, under the root’s own name and the given pattern', () => {
    const result = parsePattern('{camera}-{identity}.jpg')
    if (!result.ok) throw new Error(result.problem)
    const [set] = dataSetsOf(files('x/1-anna.jpg', 'x/1-ben.jpg', 'odd.jpg'), {
      rootName: 'mine',
      pattern: result.pattern,
    })
    expect(set).toMatchObject({ name: 'mine', withoutIdentity: ['odd.jpg'] })
    expect(set.parts.train.map(({ identity, camera }) => [identity, camera])).toEqual([
      ['anna', '1'],
      ['ben', '1'],
    ])
  })

  test('a validation part is searched from its first camera in its last', () => {
    const [set] = dataSetsOf(
      files(
        ...['a', 'b', 'c'].flatMap((c) => [
          `val/${c}/1_1.png`,
          `val/${c}/2_1.png`,
          `val/${c}/3_1.png`,
          `val/${c}/4_1.png`,
        ]),
      ),
      {
        rootName: 'x',
      },
    )
    const part = evaluationPart(set)
    expect(new Set(part?.query.map((crop) => crop.camera))).toEqual(new Set(['a']))
    expect(new Set(part?.gallery.map((crop) => crop.camera))).toEqual(new Set(['c']))
    expect(part?.query).toHaveLength(4)
  })

  test('one camera, or no validation part, is nothing to search', () => {
    const [set] = dataSetsOf(files('train/a/1_1.png', 'val/b/1_1.png', 'val/b/1_2.png'), { rootName: 'x' })
    expect(evaluationPart(set)).toBeUndefined()
  })
})

describe('clients', () => {
  const market = ['2', '3', '4', '5'].flatMap((person) =>
    [1, 2, 3, 4].map((camera) => `market/train/000${person}_c${camera}s1_000001_00.jpg`),
  )
  const pairs = ['0001', '0002', '0003'].flatMap((person) => [
    `pairs/train/${person}/1_1.png`,
    `pairs/train/${person}/2_1.png`,
  ])
  const both = dataSetsOf(files(...market, ...pairs, 'market/train/-1_c1s1_000001_00.jpg'), { rootName: 'x' })
  const [alone] = dataSetsOf(files(...pairs), { rootName: 'x' })
  const shape = (
    sets: readonly DataSet[],
    ...split: Parameters<typeof splitClients> extends [unknown, ...infer Rest] ? Rest : never
  ) => splitClients(sets, ...split).map(({ name, crops }) => `${name}: ${crops.length}`)

  test('by camera: a network of cameras is split, a pair beside it is not, unless it is alone', () => {
    expect(shape(both, 'by-camera')).toEqual([
      'market/c1: 4',
      'market/c2: 4',
      'market/c3: 4',
      'market/c4: 4',
      'pairs: 6',
    ])
    expect(shape([alone], 'by-camera')).toEqual(['1: 3', '2: 3'])
  })

  test('by data set, by directory, and none', () => {
    expect(shape(both, 'by-data-set')).toEqual(['market: 16', 'pairs: 6'])
    expect(shape(both, 'by-directory')).toEqual(['market: 16', 'pairs: 6'])
    expect(shape(both, 'none')).toEqual(['all: 22'])
  })

  test('by identity: equal groups of whole persons, the rest left out', () => {
    const clients = splitClients(both, 'by-identity', { clients: 3 })
    expect(clients.map(({ name, crops }) => [name, new Set(crops.map((crop) => crop.identity)).size])).toEqual([
      ['group 1', 2],
      ['group 2', 2],
      ['group 3', 2],
    ])
    expect(() => splitClients(both, 'by-identity', { clients: 8 })).toThrow(/7 identities are too few for 8 clients/)
  })

  test('data sets never share a label, and junk trains nobody', () => {
    const [{ crops }] = splitClients(both, 'none')
    expect(new Set(crops.map((crop) => crop.identity)).size).toBe(7)
    expect(crops.some((crop) => crop.identity.endsWith(JUNK))).toBe(false)
    expect(crops[0]).toMatchObject({ identity: 'market/0002', camera: 'market/c1' })
    expect(splitClients([alone], 'none')[0].crops[0]).toMatchObject({ identity: '0001', camera: '1' })
  })

  test('a number of images keeps whole persons, ascending, per client', () => {
    expect(names(splitClients([alone], 'by-data-set', { images: 3 }))).toEqual([
      [
        'x',
        [
          'pairs/train/0001/1_1.png',
          'pairs/train/0001/2_1.png',
          'pairs/train/0002/1_1.png',
          'pairs/train/0002/2_1.png',
        ],
      ].map((value, at) => (at === 0 ? alone.name : value)),
    ])
    expect(shape(both, 'none', { images: 2 })).toEqual(['all: 10'])
    expect(shape(both, 'by-camera', { images: 2, clients: 2 })).toEqual(['market/c1: 2', 'market/c2: 2'])
    expect(() => splitClients(both, 'none', { images: 0 })).toThrow(RangeError)
  })

  test('a share keeps as much of every client’s persons, ascending, two at the least: sizes stay as unequal as they are', () => {
    expect(shape(both, 'by-data-set', { share: 0.75 })).toEqual(['market: 12', 'pairs: 6'])
    expect(shape(both, 'by-camera', { share: 0.1, clients: 1 })).toEqual(['market/c1: 2'])
    const [{ crops }] = splitClients(both, 'by-data-set', { share: 0.5, clients: 1 })
    expect([...new Set(crops.map(({ identity }) => identity))]).toEqual(['market/0002', 'market/0003'])
    expect(() => splitClients(both, 'none', { share: 0 })).toThrow(RangeError)
  })
})
