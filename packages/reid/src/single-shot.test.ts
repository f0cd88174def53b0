import { describe, expect, test } from 'vitest'
import { JUNK } from './labels.ts'
import type { LabelledEmbeddings } from './search-task.ts'
import { evaluateSingleShot } from './single-shot.ts'

const set = (...items: readonly (readonly [number, string, string])[]): LabelledEmbeddings => ({
  embeddings: Float32Array.from(items, ([value]) => value),
  identities: items.map(([, identity]) => identity),
  cameras: items.map(([, , camera]) => camera),
})

describe('the single-gallery-shot rule of CUHK03', () => {
  const query = set([1, 'a', 'c1'])

  test('a person with one image before all of the right ones costs one rank, however many images it has', () => {
    const gallery = set([0.9, 'b', 'c2'], [0.8, 'b', 'c2'], [0.7, 'b', 'c2'], [0.5, 'a', 'c2'], [0.4, 'd', 'c2'])
    expect(evaluateSingleShot({ query, gallery, dim: 1 }, { seed: 1 })).toEqual({
      rank1: 0,
      rank5: 100,
      rank10: 100,
      queries: 1,
    })
  })

  test('images are drawn evenly: rank-1 tends to its chance', () => {
    // Right images at 0.9 and 0.5, of b one of four before the second: wrong where 0.5 and that one are drawn, 1/8.
    const gallery = set(
      [0.9, 'a', 'c2'],
      [0.5, 'a', 'c3'],
      [0.7, 'b', 'c2'],
      [0.3, 'b', 'c2'],
      [0.2, 'b', 'c2'],
      [0.1, 'b', 'c2'],
    )
    const { rank1 } = evaluateSingleShot({ query, gallery, dim: 1 }, { seed: 1, draws: 20_000 })
    expect(rank1).toBeCloseTo(87.5, 0)
    const again = evaluateSingleShot({ query, gallery, dim: 1 }, { seed: 1 })
    expect(evaluateSingleShot({ query, gallery, dim: 1 }, { seed: 1 })).toEqual(again)
    expect(evaluateSingleShot({ query, gallery, dim: 1 }, { seed: 2 })).not.toEqual(again)
  })

  test('own camera and junk are not drawn, queries without a right image not counted', () => {
    const gallery = set([1, 'a', 'c1'], [0.9, JUNK, 'c2'], [0.5, 'a', 'c2'], [0.1, 'b', 'c2'])
    const queries = set([1, 'a', 'c1'], [1, 'e', 'c1'])
    expect(evaluateSingleShot({ query: queries, gallery, dim: 1 }, { seed: 1 })).toMatchObject({
      rank1: 100,
      queries: 1,
    })
    expect(() => evaluateSingleShot({ query, gallery, dim: 1 }, { seed: 1, draws: 0 })).toThrow(RangeError)
  })
})
