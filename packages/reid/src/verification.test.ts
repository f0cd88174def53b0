import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { JUNK } from './labels.ts'
import type { LabelledEmbeddings } from './search-task.ts'
import { coarser, equalErrorPoint, operatingPointAt, operatingPoints, scoreHistogram } from './verification.ts'

const set = (...items: readonly (readonly [number, string, string])[]): LabelledEmbeddings => ({
  embeddings: Float32Array.from(items, ([value]) => value),
  identities: items.map(([, identity]) => identity),
  cameras: items.map(([, , camera]) => camera),
})

describe('genuine and impostor pairs', () => {
  const gallery = set(
    [0.9, 'a', 'c1'], // the query's own camera: no pair
    [0.8, JUNK, 'c2'], // no pair
    [0.7, 'b', 'c2'],
    [0.6, 'a', 'c2'],
    [-1, 'b', 'c1'],
    [-0.5, 'a', 'c3'],
  )
  const task = { query: set([1, 'a', 'c1']), gallery, dim: 1 }

  test('are counted by score, by the rule of rankings', () => {
    const { least, width, genuine, impostor } = scoreHistogram(task, 8)
    expect([least, width]).toEqual([-1, 0.25])
    expect([...genuine]).toEqual([0, 0, 1, 0, 0, 0, 1, 0])
    expect([...impostor]).toEqual([1, 0, 0, 0, 0, 0, 1, 0])
    expect([...coarser({ least, width, genuine, impostor }, 4).genuine]).toEqual([1, 1])
  })

  test('a threshold is as low as its false accepts allow', () => {
    const points = operatingPoints(scoreHistogram(task))
    const strict = operatingPointAt(points, 0.1)
    expect(strict).toMatchObject({ falseAccept: 0, trueAccept: 0 })
    expect(strict?.threshold).toBeCloseTo(0.7, 3)
    const half = operatingPointAt(points, 0.5)
    expect(half).toMatchObject({ falseAccept: 0.5, trueAccept: 1 })
    expect(half?.threshold).toBeCloseTo(-1, 3)
    expect(equalErrorPoint(points)).toMatchObject({ falseAccept: 0.5, trueAccept: 0.5 })
    expect(
      operatingPointAt(operatingPoints(scoreHistogram({ ...task, gallery: set([1, 'b', 'c2']) })), 1),
    ).toBeUndefined()
  })
})

test('what a threshold accepts is what a count of the scores says', () => {
  const value = fc.integer({ min: -8, max: 8 }).map((value) => value / 8)
  const item = fc.tuple(value, fc.constantFrom('a', 'b'), fc.constant('c2'))
  fc.assert(
    fc.property(
      fc.array(item, { minLength: 1, maxLength: 30 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (items, limit) => {
        // The largest of these is 1, so that bins begin at multiples of 1/64.
        const task = { query: set([1, 'a', 'c1']), gallery: set(...items, [1, 'a', 'c2'], [1, 'b', 'c2']), dim: 1 }
        const [nothing, ...points] = operatingPoints(scoreHistogram(task, 128))
        const pairs = [...items, [1, 'a', ''], [1, 'b', '']] as const
        const share = (identity: string, threshold: number) => {
          const own = pairs.filter(([, who]) => who === identity)
          return own.filter(([score]) => score >= threshold).length / own.length
        }
        const found = operatingPointAt([nothing, ...points], limit)
        const allowed = points.filter(({ threshold }) => share('b', threshold) <= limit)
        expect(found).toBe(allowed.at(-1) ?? nothing)
        for (const { threshold, trueAccept, falseAccept } of points) {
          expect(trueAccept).toBeCloseTo(share('a', threshold), 12)
          expect(falseAccept).toBeCloseTo(share('b', threshold), 12)
        }
      },
    ),
  )
})
