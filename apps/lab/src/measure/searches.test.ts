import { DISTRACTOR, dotScores } from '@passerby/reid'
import { expect, test } from 'vitest'
import { assess } from './assess.ts'
import type { NamedEmbeddings } from './embedding-rows.ts'
import { protocolSentence, searchAmong, searchesIn } from './searches.ts'

const set = (...rows: readonly (readonly [name: string, identity: string, camera: string, value: number])[]) =>
  ({
    names: rows.map(([name]) => name),
    identities: rows.map(([, identity]) => identity),
    cameras: rows.map(([, , camera]) => camera),
    embeddings: Float32Array.from(rows, ([, , , value]) => value),
    dim: 1,
  }) satisfies NamedEmbeddings

test('names tell data sets and parts, as folders of images do; training images are left out', () => {
  const [a, b, ...others] = searchesIn(
    set(
      ['a/query/0001_c1s1_000001_01.jpg', '0001', 'c1', 1],
      ['a/bounding_box_test/0001_c2s1_000002_01.jpg', '0001', 'c2', 2],
      ['a/bounding_box_test/0002_c2s1_000003_01.jpg', '0002', 'c2', 3],
      ['a/bounding_box_train/0003_c2s1_000003_01.jpg', '0003', 'c2', 4],
      ['b/val/0004_c1s1_000001_01.jpg', '0004', 'c1', 5],
      ['b/val/0004_c3s1_000002_01.jpg', '0004', 'c3', 6],
    ),
    'file',
  )
  expect(others).toEqual([])
  expect([a.name, [...a.query.embeddings], [...a.gallery.embeddings]]).toEqual(['a', [1], [2, 3]])
  expect(protocolSentence(a)).toMatch(/^a: 1 queries among 2 images; .*\(Market rule\)$/)
  expect([b.name, [...b.query.embeddings], [...b.gallery.embeddings]]).toEqual(['b', [5], [6]])
})

test('without parts the first image of each person in each camera is searched for among all, and that is said; nameless images are nobody', () => {
  const [search] = searchesIn(
    set(['x', 'p', 'c1', 0.9], ['y', 'p', 'c2', 0.8], ['z', '', '', 0.85], ['w', '', '', 0.7]),
    'file',
  )
  expect(search).toMatchObject({ name: 'file', rule: { name: 'market' } })
  expect(search.query.names).toEqual(['x', 'y'])
  expect(protocolSentence(search)).toMatch(
    /^file: no name .* each camera .*: 2 queries among 4 images; .*Market.*another protocol/,
  )
  expect(search.gallery.identities).toEqual(['p', 'p', DISTRACTOR, DISTRACTOR])
  const [{ rank1, rank5, matched, queries }] = assess(search, { products: dotScores })
  // x finds z before y, y finds x first.
  expect({ rank1, rank5, matched, queries }).toEqual({ rank1: 50, rank5: 100, matched: 2, queries: 2 })
})

test('in one camera the query image itself is left out, and nothing to find is refused', () => {
  const [search] = searchesIn(set(['x', 'p', 'c', 1], ['y', 'p', 'c', 1], ['z', 'q', 'c', 1]), 'file')
  expect(search.rule).toEqual({ name: 'within-camera', ownImage: [0, 2] })
  expect(() => searchesIn(set(['x', 'p', 'c1', 1], ['y', '', '', 1]), 'file')).toThrow(/Nobody in file has two images/)
})

test('files of two models are not compared', () => {
  const one = set(['x', 'p', 'c1', 1])
  const two = { ...one, dim: 2, embeddings: new Float32Array(2) }
  expect(() => searchAmong(one, two, 'file')).toThrow(/two files of one model/)
  expect(searchAmong(one, one, 'file').query.embeddings).toBe(one.embeddings)
})
