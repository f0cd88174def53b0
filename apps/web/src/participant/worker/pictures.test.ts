import { expect, test } from 'vitest'
import { planeOf, searchWithin } from './pictures.ts'

/** Unit vectors at these angles, in degrees: who is more alike is nearer on the circle. */
const circle = (angles: readonly number[]) =>
  Float32Array.from(angles.flatMap((angle) => [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)]))

test('by the rule of Market, a query finds nobody of its own in its own camera, and junk is not shown', () => {
  const labels = {
    identities: ['a', 'a', 'a', 'b', 'junk', 'b'],
    cameras: ['1', '1', '2', '1', '2', '2'],
  }
  const embeddings = circle([0, 1, 30, 20, 2, 60])
  const [first, ...others] = searchWithin(labels, embeddings, { dim: 2, queries: 9 })
  expect(first).toEqual({
    query: 0,
    found: [
      { at: 3, right: false },
      { at: 2, right: true },
      { at: 5, right: false },
    ],
    firstRight: 2,
  })
  expect(others.map(({ query }) => query)).toEqual([2, 3, 5])
})

test('with one camera only the query itself is left out', () => {
  const labels = { identities: ['a', 'a', 'b', 'b'], cameras: ['1', '1', '1', '1'] }
  const [first] = searchWithin(labels, circle([0, 10, 5, 60]), { dim: 2, queries: 1 })
  expect(first.found.map(({ at }) => at)).toEqual([2, 1, 3])
  expect(first.firstRight).toBe(2)
})

test('ten are shown, and where the first right one stands is told also beyond them', () => {
  const strangers = Array.from({ length: 14 }, (_, at) => `s${at}`)
  const labels = { identities: ['a', ...strangers, 'a'], cameras: ['1', ...strangers.map(() => '1'), '1'] }
  const [first] = searchWithin(labels, circle([0, ...strangers.map((_, at) => at + 1), 90]), { dim: 2, queries: 1 })
  expect(first.found.map(({ at }) => at)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  expect(first.firstRight).toBe(15)
})

test('nobody with a second image: nothing to search for; embeddings that diverged are refused', () => {
  const labels = { identities: ['a', 'b'], cameras: ['1', '2'] }
  expect(searchWithin(labels, circle([0, 10]), { dim: 2, queries: 3 })).toEqual([])
  const pair = { identities: ['a', 'a'], cameras: ['1', '2'] }
  expect(() => searchWithin(pair, Float32Array.of(1, 0, NaN, 0), { dim: 2, queries: 3 })).toThrow(RangeError)
})

test('the plane has two directions, what they hold, and no more points than can be told apart', () => {
  const count = 700
  const labels = {
    identities: Array.from({ length: count }, (_, at) => `p${at % 9}`),
    cameras: Array.from({ length: count }, () => '1'),
  }
  // Far apart along (3, 4, 0)/5, a little along the third.
  const rows = labels.identities.map((_, at) => [((at % 9) * 3) / 5, ((at % 9) * 4) / 5, at % 2])
  const plane = planeOf(labels, Float32Array.from(rows.flat()), 3)
  expect(plane?.points).toHaveLength(400)
  expect(plane?.crops).toBe(count)
  expect(plane?.explained[0]).toBeGreaterThan(0.95)
  expect((plane?.explained[0] ?? 0) + (plane?.explained[1] ?? 0)).toBeCloseTo(1, 6)
  const placeOf = (identity: string) => plane?.points.filter((point) => point.identity === identity).map(({ x }) => x)
  const [p0 = [], p8 = []] = [placeOf('p0'), placeOf('p8')]
  expect(Math.abs(p8[0] - p0[0])).toBeCloseTo(8, 1)
  const three = { identities: ['a', 'b', 'c'], cameras: ['1', '1', '1'] }
  expect(planeOf(three, Float32Array.of(1, 0, 1, 0, 1, 0), 2), 'all the same').toBeUndefined()
  const two = { identities: ['a', 'b'], cameras: ['1', '1'] }
  expect(planeOf(two, Float32Array.of(1, 0, 0, 1), 2), 'too few').toBeUndefined()
})
