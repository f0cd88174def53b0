import { expect, test } from 'vitest'
import {
  type Layout,
  assertTravels,
  canonicalLayout,
  layoutSize,
  params,
  sameLayout,
  view,
  withOffsets,
} from './params.ts'

const layout: Layout = [
  { name: 'conv.weight', shape: [1, 1, 2, 3], role: 'weight' },
  { name: 'bn.running_mean', shape: [3], role: 'statistic' },
]

test('a view names its slice of the flat buffer and shares its memory', () => {
  const all = params(layout, Float32Array.from([0, 1, 2, 3, 4, 5, 6, 7, 8]))
  expect([...view(all, 'bn.running_mean')]).toEqual([6, 7, 8])
  view(all, 'conv.weight')[0] = 9
  expect(all.values[0]).toBe(9)
  expect(() => view(all, 'fc')).toThrow("no parameter 'fc'")
})

test('offsets follow one another without gaps', () => {
  expect(withOffsets(layout).map(({ offset, size }) => [offset, size])).toEqual([
    [0, 6],
    [6, 3],
  ])
  expect(layoutSize(layout)).toBe(9)
})

test('a buffer that does not fit its layout is refused', () => {
  expect(() => params(layout, new Float32Array(8))).toThrow('layout has 9 values, the buffer has 8')
})

test('layouts are the same only in names, shapes, roles and order', () => {
  expect(sameLayout(layout, structuredCloneOf(layout))).toBe(true)
  expect(sameLayout(layout, [layout[1], layout[0]])).toBe(false)
  expect(sameLayout(layout, [layout[0], { ...layout[1], role: 'weight' }])).toBe(false)
  expect(canonicalLayout(layout)).toBe('conv.weight weight 1x1x2x3\nbn.running_mean statistic 3')
})

test('a local parameter never travels', () => {
  expect(() => assertTravels(layout)).not.toThrow()
  expect(() => assertTravels([...layout, { name: 'head', shape: [2], role: 'local' }])).toThrow("'head' is local")
})

const structuredCloneOf = (of: Layout): Layout => JSON.parse(JSON.stringify(of))
