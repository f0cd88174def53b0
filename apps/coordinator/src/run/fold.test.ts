import { expect, test } from 'vitest'
import { filled, smallLayout } from '../../test/model.ts'
import { emptyFold } from './fold.ts'

const update = (value: number, weight: number) => ({ values: filled(smallLayout, value).values, weight })
const base = filled(smallLayout, 0)

test("statistics 'first': weights are averaged, statistics are those of the first client by id, whoever came first", () => {
  const orders = [
    ['b', 'a'],
    ['a', 'b'],
  ]
  const results = orders.map((order) => {
    const fold = emptyFold(smallLayout, { name: 'fedpav', statistics: 'first' })
    for (const client of order) fold.add(client, client === 'a' ? update(1, 10) : update(5, 30))
    return [...fold.next(base).values]
  })
  // (10 · 1 + 30 · 5) / 40 for the six weights, client a's 1 for the three statistics
  expect(results).toEqual(Array.from({ length: 2 }, () => [4, 4, 4, 4, 4, 4, 1, 1, 1]))
})

test('U5 a client is in the sum once', () => {
  const fold = emptyFold(smallLayout, { name: 'fedpav', statistics: 'average' })
  fold.add('a', update(1, 1))
  expect(() => fold.add('a', update(1, 1))).toThrow(RangeError)
  expect([...fold.clients]).toEqual(['a'])
})

test('nothing folded is no model', () => {
  expect(() => emptyFold(smallLayout, { name: 'fedpav', statistics: 'average' }).next(base)).toThrow(RangeError)
})
