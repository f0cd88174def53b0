import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { flipSummed, normalizeRows, rowsAt, rowsOf } from './embeddings.ts'
import { rng } from './rng.ts'
import { dotScores } from './scores.ts'

test('rows are scaled to length 1, and a row of zeros stays zero', () => {
  expect([...normalizeRows(Float32Array.of(3, 4, 0, 0, 0, -2), 2)]).toEqual([0.6, 0.8, 0, 0, 0, -1].map(Math.fround))
})

test('flip-summed embeddings add both views before they are normalised', () => {
  expect([...flipSummed(Float32Array.of(1, 2), Float32Array.of(2, 2), 2)]).toEqual([0.6, 0.8].map(Math.fround))
  expect(() => flipSummed(new Float32Array(2), new Float32Array(4), 2)).toThrow(RangeError)
})

test('rows are counted and chosen', () => {
  expect(rowsOf(new Float32Array(6), 3)).toBe(2)
  expect(() => rowsOf(new Float32Array(7), 3)).toThrow(RangeError)
  expect([...rowsAt(Float32Array.of(1, 2, 3, 4, 5, 6), 2, [2, 0])]).toEqual([5, 6, 1, 2])
})

test('tiled scores are the plain dot products, whatever the sizes', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 9 }),
      fc.integer({ min: 0, max: 150 }),
      fc.integer({ min: 1, max: 9 }),
      (queries, items, dim) => {
        const random = rng(1, queries, items, dim)
        const query = new Float32Array(queries * dim).map(() => random.normal())
        const gallery = new Float32Array(items * dim).map(() => random.normal())
        const expected = new Float32Array(queries * items).map((_, at) => {
          let sum = 0
          for (let d = 0; d < dim; d++) sum += query[Math.floor(at / items) * dim + d] * gallery[(at % items) * dim + d]
          return sum
        })
        expect(dotScores(query, gallery, dim)).toEqual(expected)
      },
    ),
  )
})
