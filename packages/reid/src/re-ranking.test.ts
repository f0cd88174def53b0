import { describe, expect, test } from 'vitest'
import { normalizeRows } from './embeddings.ts'
import { evaluate } from './evaluate.ts'
import { neighboursOf } from './neighbours.ts'
import { reRanked, type ReRankingOptions } from './re-ranking.ts'
import { rng } from './rng.ts'
import type { EmbeddingPair } from './score-source.ts'
import { dotScores } from './scores.ts'

/** `n` unit rows around a few centres, so that there are neighbours to speak of. */
function clustered(n: number, dim: number, seed: number): Float32Array {
  const random = rng(seed, 'clusters')
  const centres = Array.from({ length: 6 }, () => Array.from({ length: dim }, () => random.normal()))
  const values = Array.from({ length: n }, (_, row) => centres[row % 6].map((value) => value + 0.9 * random.normal()))
  return normalizeRows(Float32Array.from(values.flat()), dim)
}

/** The published procedure, dense: every matrix is whole. */
function dense(
  { query, gallery, dim }: EmbeddingPair,
  { k1 = 20, k2 = 6, lambda = 0.3 }: ReRankingOptions,
): number[][] {
  const rows = [...chunks(query, dim), ...chunks(gallery, dim)]
  const n = rows.length
  const distance = rows.map((a, i) =>
    rows.map((b, j) => (i === j ? 0 : a.reduce((sum, value, d) => sum + (value - b[d]) ** 2, 0))),
  )
  const scaled = distance.map((row) => row.map((value) => value / Math.max(...row)))
  const order = scaled.map((row) => row.map((_, j) => j).sort((a, b) => row[a] - row[b] || a - b))
  const mutual = (i: number, k: number) =>
    order[i].slice(0, k + 1).filter((other) => order[other].slice(0, k + 1).includes(i))
  let v = rows.map((_, i) => {
    const own = mutual(i, k1)
    let extended = [...own]
    for (const candidate of own) {
      const theirs = mutual(candidate, Math.round(k1 / 2))
      if (theirs.filter((one) => own.includes(one)).length > (2 / 3) * theirs.length)
        extended = [...extended, ...theirs]
    }
    const row = Array.from({ length: n }, () => 0)
    for (const one of new Set(extended)) row[one] = Math.exp(-scaled[i][one])
    const sum = row.reduce((total, value) => total + value, 0)
    return row.map((value) => value / sum)
  })
  if (k2 > 1)
    v = order.map((nearest) =>
      v[0].map((_, j) => nearest.slice(0, k2).reduce((sum, one) => sum + v[one][j], 0) / Math.min(k2, n)),
    )
  const queries = query.length / dim
  return rows.slice(0, queries).map((_, i) =>
    rows.slice(queries).map((_, at) => {
      const j = queries + at
      const least = v[i].reduce((sum, value, column) => sum + Math.min(value, v[j][column]), 0)
      const most = v[i].reduce((sum, value, column) => sum + Math.max(value, v[j][column]), 0)
      return (1 - lambda) * (1 - least / most) + lambda * scaled[i][j]
    }),
  )
}

const chunks = (values: Float32Array, dim: number) =>
  Array.from({ length: values.length / dim }, (_, row) => [...values.subarray(row * dim, (row + 1) * dim)])

describe('k-reciprocal re-ranking', () => {
  const pair = { query: clustered(25, 8, 1), gallery: clustered(90, 8, 2), dim: 8 }

  test.each<ReRankingOptions>([{}, { k1: 7, k2: 3, lambda: 0.5 }, { k1: 4, k2: 1, lambda: 0 }, { k1: 200, k2: 300 }])(
    'gives the distances of the dense procedure: %j',
    (options) => {
      const source = reRanked(pair, options)
      const expected = dense(pair, options)
      const tile = source.tile({ start: 0, end: 25 }, { start: 0, end: 90 })
      for (const [q, row] of expected.entries())
        for (const [item, distance] of row.entries()) expect(tile[q * 90 + item]).toBeCloseTo(-distance, 6)
      expect([...source.exact(3, [5, 88])]).toEqual([tile[3 * 90 + 5], tile[3 * 90 + 88]])
      const part = source.tile({ start: 4, end: 7 }, { start: 10, end: 12 })
      expect([...part.subarray(2, 4)]).toEqual([...tile.subarray(5 * 90 + 10, 5 * 90 + 12)])
    },
  )

  test('with λ = 1 rankings are those of the distances alone', () => {
    const labels = (n: number, camera: string) => ({
      identities: Array.from({ length: n }, (_, row) => `p${row % 6}`),
      cameras: Array.from({ length: n }, () => camera),
    })
    const task = {
      query: { embeddings: pair.query, ...labels(25, 'a') },
      gallery: { embeddings: pair.gallery, ...labels(90, 'b') },
      dim: 8,
    }
    expect(evaluate({ ...task, scores: reRanked(pair, { lambda: 1 }) })).toEqual(evaluate(task))
    expect(evaluate({ ...task, scores: reRanked(pair) })).not.toEqual(evaluate(task))
  })

  test('refuses settings that mean nothing', () => {
    expect(() => reRanked(pair, { k1: 0 })).toThrow(/k1 is 0/)
    expect(() => reRanked(pair, { k2: 1.5 })).toThrow(/k2 is 1.5/)
    expect(() => reRanked(pair, { lambda: 2 })).toThrow(RangeError)
    expect(() => reRanked({ ...pair, dim: 7 })).toThrow(RangeError)
  })

  test('an empty side gives no scores', () => {
    const nothing = { ...pair, gallery: new Float32Array() }
    expect(reRanked(nothing).tile({ start: 0, end: 25 }, { start: 0, end: 0 })).toHaveLength(0)
  })
})

test('a row is in its own list, however many duplicates come before it', () => {
  const { nearest } = neighboursOf(new Float32Array(30 * 2).fill(0.5), 2, { count: 21 })
  const others = Array.from({ length: 20 }, (_, row) => row)
  expect([...nearest.subarray(29 * 21)]).toEqual([29, ...others])
  expect([...nearest.subarray(0, 21)]).toEqual([...others, 20])
})

test('neighbours are the nearest, equal ones in row order, whatever the tiles', () => {
  const random = rng(5)
  const embeddings = new Float32Array(5000 * 2).map(() => random.int(40))
  const { nearest, farthest } = neighboursOf(embeddings, 2, { count: 9, products: dotScores })
  for (const row of [0, 511, 512, 4095, 4096, 4999]) {
    const distances = Array.from({ length: 5000 }, (_, other) =>
      other === row
        ? -1
        : (embeddings[2 * row] - embeddings[2 * other]) ** 2 +
          (embeddings[2 * row + 1] - embeddings[2 * other + 1]) ** 2,
    )
    const order = distances.map((_, other) => other).sort((a, b) => distances[a] - distances[b] || a - b)
    expect([...nearest.subarray(row * 9, row * 9 + 9)]).toEqual(order.slice(0, 9))
    expect(farthest[row]).toBe(Math.max(...distances))
  }
})
