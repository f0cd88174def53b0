import { dotScores, dotSource, goodRanks, rng } from '@passerby/reid'
import { expect, test } from 'vitest'
import { openDotProducts } from './dot-products.ts'

test.each([
  [1, 1, 1],
  [5, 13, 7],
  [64, 130, 512],
  [3, 0, 8],
  [2, 9, 3],
])('%d queries and %d items of %d values: products as a plain loop gives them', async (queries, items, dim) => {
  const products = await openDotProducts()
  const random = rng(1, queries, items, dim)
  const drawn = (rows: number) => new Float32Array(rows * dim).map(() => random.normal())
  for (const query of [drawn(queries), drawn(2 * queries)]) {
    const gallery = drawn(items)
    const expected = dotScores(query, gallery, dim)
    const found = products(query, gallery, dim)
    expect(found).toHaveLength(expected.length)
    for (const [at, value] of expected.entries()) expect(found[at]).toBeCloseTo(value, 3)
  }
})

test('rankings by these products are those of sums in double precision, ties included', async () => {
  const random = rng(7, 'rankings')
  const dim = 48
  const people = (count: number) => {
    const embeddings = new Float32Array(count * dim).map(() => random.int(2) + 1e-6 * random.int(3))
    const identities = Array.from({ length: count }, () => `p${random.int(9)}`)
    return { embeddings, identities, cameras: identities.map(() => `c${random.int(3)}`) }
  }
  const task = { query: people(300), gallery: people(500), dim }
  const pair = { query: task.query.embeddings, gallery: task.gallery.embeddings, dim }
  const products = await openDotProducts()
  const expected = goodRanks(task)
  expect(goodRanks({ ...task, scores: dotSource(pair, products) })).toEqual(expected)
  expect(goodRanks({ ...task, scores: { ...dotSource(pair, products), tolerance: 0 } })).not.toEqual(expected)
})

test('refuses what is no rows', async () => {
  const products = await openDotProducts()
  expect(() => products(new Float32Array(7), new Float32Array(4), 2)).toThrow(RangeError)
})
