import { expect, test } from 'vitest'
import { at, leaves, merged, nested } from './paths.ts'

test('trees are laid over one another branch by branch, lists as a whole', () => {
  expect(merged({ a: { b: 1, c: [1, 2] }, d: 4 }, { a: { c: [3] }, e: { f: 5 } })).toEqual({
    a: { b: 1, c: [3] },
    d: 4,
    e: { f: 5 },
  })
})

test('paths go in and out', () => {
  expect(nested('a.b.c', 7)).toEqual({ a: { b: { c: 7 } } })
  expect([...leaves({ a: { b: 1, c: [2] }, d: null })]).toEqual([
    ['a.b', 1],
    ['a.c', [2]],
    ['d', null],
  ])
  expect(at({ a: { b: 1 } }, ['a', 'b'])).toBe(1)
  expect(at({ a: 1 }, ['a', 'constructor'])).toBeUndefined()
})
