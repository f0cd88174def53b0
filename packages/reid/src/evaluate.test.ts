import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { averagePrecision, inverseNegativePenalty } from './average-precision.ts'
import { evaluate, type RankingTask } from './evaluate.ts'
import { goodRanks } from './good-ranks.ts'
import { DISTRACTOR, JUNK } from './labels.ts'
import { rng } from './rng.ts'
import { type DotProducts, dotSource } from './score-source.ts'
import type { LabelledEmbeddings } from './search-task.ts'
import { topRanked } from './top-ranked.ts'

describe('average precision (ALGORITHMS 2.9)', () => {
  test.each([
    [[2, 4, 5], 0.405556, 0.533333],
    [[1, 3], 0.791667, 0.833333],
    [[1], 1, 1],
    [[2], 0.25, 0.5],
  ])('hits at %j: trapezoid %f, rectangle %f', (ranks, trapezoid, rectangle) => {
    expect(averagePrecision(ranks, 'trapezoid')).toBeCloseTo(trapezoid, 6)
    expect(averagePrecision(ranks, 'rectangle')).toBeCloseTo(rectangle, 6)
  })

  test('a ranking without a good item has none', () => {
    expect(() => averagePrecision([], 'rectangle')).toThrow(RangeError)
    expect(() => inverseNegativePenalty([])).toThrow(RangeError)
  })

  test('INP is the share of good items up to the last of them', () => {
    expect(inverseNegativePenalty([2, 4, 5])).toBeCloseTo(3 / 5)
  })
})

/** One-dimensional embeddings: against a query of 1, the score is the embedding itself. */
const set = (...items: readonly (readonly [number, string, string])[]): LabelledEmbeddings => ({
  embeddings: Float32Array.from(items, ([value]) => value),
  identities: items.map(([, identity]) => identity),
  cameras: items.map(([, , camera]) => camera),
})

describe('the Market-1501 rule', () => {
  const gallery = set(
    [0.9, 'a', 'c1'], // the query's own camera: left out
    [0.8, JUNK, 'c2'], // left out
    [0.7, DISTRACTOR, 'c2'], // rank 1, wrong
    [0.6, 'a', 'c2'], // rank 2, good
    [0.5, 'b', 'c1'], // rank 3, wrong, though of the query's camera
    [0.4, 'a', 'c3'], // rank 4, good
    [0.3, 'a', 'c2'], // rank 5, good
  )
  const task: RankingTask = { query: set([1, 'a', 'c1']), gallery, dim: 1 }

  test('leaves out junk and the own camera, and ranks the rest', () => {
    expect(evaluate(task)).toEqual({
      rank1: 0,
      rank5: 100,
      rank10: 100,
      mAP: expect.closeTo(53.3333, 3),
      mINP: expect.closeTo(60, 6),
      queries: 1,
    })
    expect(evaluate({ ...task, averagePrecision: 'trapezoid' }).mAP).toBeCloseTo(40.5556, 3)
  })

  test('the label that means junk can be named', () => {
    const identities = gallery.identities.map((identity) => (identity === JUNK ? '-1' : identity))
    const named = { ...task, gallery: { ...gallery, identities } }
    expect(evaluate({ ...named, junkIdentity: '-1' })).toEqual(evaluate(task))
    expect(evaluate(named).mAP).toBeLessThan(evaluate(task).mAP)
  })

  test('a query without a good item is skipped, or counted as 0, by name', () => {
    const query = set([1, 'a', 'c1'], [1, 'b', 'c1'])
    expect(evaluate({ ...task, query })).toMatchObject({ rank5: 100, queries: 1 })
    expect(evaluate({ ...task, query, unmatched: 'zero' })).toMatchObject({
      rank5: 50,
      mAP: expect.closeTo(53.3333 / 2, 3),
      queries: 2,
    })
  })

  test('within one camera only the query image itself is left out', () => {
    const own = set([1, 'a', 'c'], [0.5, 'b', 'c'], [0.4, 'a', 'c'])
    const rule = { name: 'within-camera', ownImage: [0] } as const
    expect(evaluate({ query: set([1, 'a', 'c']), gallery: own, dim: 1, rule })).toMatchObject({ rank1: 0, mAP: 50 })
    expect(evaluate({ query: set([1, 'a', 'c']), gallery: own, dim: 1 }).queries).toBe(0)
  })

  test('equal scores rank in gallery order', () => {
    const tied = set([0.5, 'b', 'c2'], [0.5, 'a', 'c2'], [0.5, 'b', 'c2'])
    expect(evaluate({ ...task, gallery: tied }).mAP).toBeCloseTo(50)
  })

  test('refuses what cannot be ranked', () => {
    expect(() => evaluate({ ...task, query: set([Number.NaN, 'a', 'c1']) })).toThrow(/query embedding 0 is not finite/)
    expect(() => evaluate({ ...task, gallery: { ...gallery, cameras: [] } })).toThrow(RangeError)
  })

  test('empty sets give no queries and no NaN', () => {
    expect(evaluate({ query: set(), gallery: set(), dim: 1 })).toMatchObject({ rank1: 0, mAP: 0, queries: 0 })
  })
})

/** The same figures by sorting everything and walking down the list. */
function bruteForce(task: RankingTask): { rank1: number; rank5: number; rank10: number; mAP: number; queries: number } {
  const { query, gallery, dim } = task
  const aps: number[] = []
  const firsts: number[] = []
  for (let q = 0; q < query.identities.length; q++) {
    const list = gallery.identities
      .map((identity, g) => {
        let score = 0
        for (let d = 0; d < dim; d++) score += query.embeddings[q * dim + d] * gallery.embeddings[g * dim + d]
        const same = identity === query.identities[q] && identity !== DISTRACTOR
        const market = same && gallery.cameras[g] === query.cameras[q]
        const own = same && task.rule?.name === 'within-camera' && task.rule.ownImage[q] === g
        const junk = identity === JUNK || own || (task.rule?.name !== 'within-camera' && market)
        return { score: Math.fround(score), g, same, junk }
      })
      .filter(({ junk }) => !junk)
      .sort((a, b) => b.score - a.score || a.g - b.g)
    const ranks = list.flatMap(({ same }, at) => (same ? [at + 1] : []))
    if (ranks.length === 0 && task.unmatched !== 'zero') continue
    firsts.push(ranks.at(0) ?? Infinity)
    aps.push(ranks.length === 0 ? 0 : ranks.reduce((sum, rank, i) => sum + (i + 1) / rank, 0) / ranks.length)
  }
  const n = Math.max(1, aps.length)
  const within = (k: number) => (100 * firsts.filter((first) => first <= k).length) / n
  const mAP = (100 * aps.reduce((sum, ap) => sum + ap, 0)) / n
  return { rank1: within(1), rank5: within(5), rank10: within(10), mAP, queries: aps.length }
}

test('agrees with a brute-force twin on any labels and scores, ties included', () => {
  const item = fc.tuple(
    fc.constantFrom('a', 'b', 'c', JUNK, DISTRACTOR),
    fc.constantFrom('1', '2', '3'),
    fc.array(fc.integer({ min: -2, max: 2 }), { minLength: 2, maxLength: 2 }),
  )
  const toSet = (items: readonly (readonly [string, string, number[]])[]): LabelledEmbeddings => ({
    embeddings: Float32Array.from(items.flatMap(([, , values]) => values)),
    identities: items.map(([identity]) => identity),
    cameras: items.map(([, camera]) => camera),
  })
  fc.assert(
    fc.property(
      fc.array(item, { maxLength: 12 }),
      fc.array(item, { maxLength: 40 }),
      fc.constantFrom('skip', 'zero'),
      fc.boolean(),
      (queries, items, unmatched, market) => {
        const query = toSet(queries)
        const ownImage = queries.map((_, at) => at)
        const rule = market ? ({ name: 'market' } as const) : ({ name: 'within-camera', ownImage } as const)
        const task: RankingTask = { query, gallery: toSet(items), dim: 2, unmatched, rule }
        const { mINP: _, ...figures } = evaluate(task)
        const expected = bruteForce(task)
        for (const [name, value] of Object.entries(figures))
          expect(value).toBeCloseTo(expected[name as keyof typeof expected], 6)
      },
    ),
    { numRuns: 300 },
  )
})

describe('scores from elsewhere', () => {
  const random = rng(3, 'scores from elsewhere')
  const dim = 32
  /** Coarse values, so that many scores are equal or nearly so. */
  const people = (n: number): LabelledEmbeddings => ({
    embeddings: new Float32Array(n * dim).map(() => random.int(3) - 1 + random.int(3) * 1e-6),
    identities: Array.from({ length: n }, () => `p${random.int(12)}`),
    cameras: Array.from({ length: n }, () => `c${random.int(3)}`),
  })
  const task: RankingTask = { query: people(600), gallery: people(700), dim }
  const pair = { query: task.query.embeddings, gallery: task.gallery.embeddings, dim }

  /** Sums in float32, last value first. */
  const rounded: DotProducts = (query, gallery, dim) => {
    const scores = new Float32Array((query.length / dim) * (gallery.length / dim))
    for (let at = 0; at < scores.length; at++) {
      const q = Math.floor(at / (gallery.length / dim))
      const g = at % (gallery.length / dim)
      for (let d = dim - 1; d >= 0; d--)
        scores[at] = Math.fround(scores[at] + Math.fround(query[q * dim + d] * gallery[g * dim + d]))
    }
    return scores
  }

  test('rankings do not depend on how products were rounded, nor on tiles', () => {
    const expected = goodRanks(task)
    expect(goodRanks({ ...task, scores: dotSource(pair, rounded) })).toEqual(expected)
    const careless = { ...dotSource(pair, rounded), tolerance: 0 }
    expect(goodRanks({ ...task, scores: careless })).not.toEqual(expected)
    for (const atOnce of [
      { queries: 7, items: 13 },
      { queries: 600, items: 700 },
    ])
      expect(goodRanks({ ...task, scores: { ...dotSource(pair), atOnce } })).toEqual(expected)
  })

  test('the head of a ranking is what its ranks say, and shows what was left out', () => {
    const ranks = goodRanks(task)
    for (const { query, items } of topRanked(task, [0, 17, 599], 40)) {
      const right = items.filter(({ kind }) => kind === 'right').map(({ rank }) => rank)
      expect(right).toEqual(ranks[query].filter((rank) => rank <= 40))
      expect(items.filter(({ rank }) => rank !== undefined)).toHaveLength(40)
      for (const { item, kind } of items)
        expect(kind === 'left-out').toBe(
          task.gallery.identities[item] === task.query.identities[query] &&
            task.gallery.cameras[item] === task.query.cameras[query],
        )
    }
  })
})
