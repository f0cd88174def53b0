import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DISTRACTOR, JUNK, personsOf, type Labels } from './labels.ts'
import { evaluateWithin, selectQueries, splitByIdentity } from './validation.ts'

const labels = (...pairs: readonly string[]): Labels => ({
  identities: pairs.map((pair) => pair.slice(0, -1)),
  cameras: pairs.map((pair) => pair.slice(-1)),
})

describe('splitByIdentity', () => {
  const people = Array.from({ length: 10 }, (_, i) => [`p${i}x`, `p${i}y`, `p${i}y`]).flat()

  test('keeps whole identities back, by seed', () => {
    const set = labels(...people)
    const { training, validation } = splitByIdentity(set, 0.3, 1)
    const names = (indices: readonly number[]) => new Set(indices.map((index) => set.identities[index]))
    expect(names(validation).size).toBe(3)
    expect([...names(training)].filter((name) => names(validation).has(name))).toEqual([])
    expect([...training, ...validation].sort((a, b) => a - b)).toEqual(people.map((_, index) => index))
    expect(splitByIdentity(set, 0.3, 2).validation).not.toEqual(validation)
  })

  test('the file order does not matter', () => {
    const turned = [...people].reverse()
    const chosen = (pairs: readonly string[]) =>
      splitByIdentity(labels(...pairs), 0.3, 1).validation.map((index) => pairs[index])
    expect(new Set(chosen(turned))).toEqual(new Set(chosen(people)))
  })

  test('who cannot be searched for trains: one camera only, junk and distractors in neither part', () => {
    const set = labels('a1', 'a2', 'b1', 'b1', 'c1', 'd1', 'd2', 'e1', `${JUNK}1`, `${DISTRACTOR}2`)
    const { training, validation } = splitByIdentity(set, 0.6, 1)
    expect(validation).toEqual([0, 1, 5, 6])
    expect(training).toEqual([2, 3, 4, 7])
  })

  test('with one camera, two images are enough', () => {
    expect(splitByIdentity(labels('a1', 'a1', 'b1', 'c1', 'c1', 'd1'), 0.5, 1).validation).toEqual([0, 1, 3, 4])
  })

  test('a single identity measures nothing, and two must remain to train', () => {
    expect(splitByIdentity(labels('a1', 'a2', 'b1', 'b2', 'c1', 'c2'), 0.3, 1).validation).toEqual([])
    expect(splitByIdentity(labels('a1', 'a2', 'b1', 'b2', 'c1', 'c2'), 0.9, 1).validation).toEqual([])
    expect(splitByIdentity(labels('a1', 'a2'), 0.9, 1).training).toEqual([0, 1])
    expect(splitByIdentity(labels(), 0.5, 1)).toEqual({ training: [], validation: [] })
    expect(() => splitByIdentity(labels(), 1, 1)).toThrow(RangeError)
  })

  test('is always a partition of the persons by identity', () => {
    const pair = fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', JUNK), fc.constantFrom('1', '2'))
    fc.assert(
      fc.property(fc.array(pair), fc.double({ min: 0, max: 0.99, noNaN: true }), fc.nat(5), (pairs, fraction, seed) => {
        const set = labels(...pairs.map(([identity, camera]) => identity + camera))
        const { training, validation } = splitByIdentity(set, fraction, seed)
        const trained = new Set(training.map((index) => set.identities[index]))
        const kept = new Set(validation.map((index) => set.identities[index]))
        expect([...trained].some((identity) => kept.has(identity))).toBe(false)
        expect([...trained, ...kept].sort()).toEqual(personsOf(set))
        expect(kept.size === 0 || (kept.size >= 2 && trained.size >= 2)).toBe(true)
      }),
    )
  })
})

describe('searching a set in itself', () => {
  test('one query per person and camera, everything is gallery', () => {
    expect(selectQueries(labels('a1', 'a1', 'a2', 'b2', `${JUNK}1`))).toEqual({
      rule: 'market',
      query: [0, 2, 3],
      gallery: [0, 1, 2, 3, 4],
    })
  })

  test('one camera falls back to the rule within a camera, and says so', () => {
    expect(selectQueries(labels('a1', 'b1', 'a1'))).toEqual({
      rule: 'within-camera',
      query: [0, 1],
      gallery: [0, 1, 2],
    })
    expect(selectQueries(labels('a1', 'b2', 'a1'))?.rule).toBe('within-camera')
    expect(selectQueries(labels('a1', 'b2', `${JUNK}1`, `${JUNK}2`))).toBeUndefined()
  })

  test('perfect embeddings find everybody; a person with one image is not counted', () => {
    const set = { ...labels('a1', 'a2', 'b1', 'b2', 'c1'), embeddings: Float32Array.of(1, 0, 1, 0, 0, 1, 0, 1, 1, 1) }
    const found = { rank1: 100, mAP: 100, mINP: 100, queries: 4, rule: 'market' }
    expect(evaluateWithin({ ...set, embeddings: Float32Array.of(3, 0, 3, 0, 0, 3, 0, 3, 1, 1) }, 2)).toMatchObject(
      found,
    )
    expect(evaluateWithin({ ...labels('a1', 'b1'), embeddings: Float32Array.of(1, 2) }, 1)).toBeUndefined()
  })

  test('within one camera a query never finds itself', () => {
    const set = { ...labels('a1', 'a1', 'b1', 'b1'), embeddings: Float32Array.of(1, 0, 0, 1, 1, 0.5, 0, 1) }
    expect(evaluateWithin(set, 2)).toMatchObject({ rank1: 0, queries: 2, rule: 'within-camera' })
  })
})
