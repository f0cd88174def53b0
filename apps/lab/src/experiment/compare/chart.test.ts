import fc from 'fast-check'
import { expect, test } from 'vitest'
import { chartSvg } from './chart.ts'
import { ticks } from './ticks.ts'

test('ticks are round and cover the range', () => {
  expect(ticks(0, 37)).toEqual([0, 10, 20, 30, 40])
  expect(ticks(2.13, 2.46)).toEqual([2.1, 2.2, 2.3, 2.4, 2.5])
  expect(ticks(5, 5)).toEqual([5, 5.2, 5.4, 5.6, 5.8, 6])
  const range = fc.tuple(fc.double({ min: 0, max: 1e4, noNaN: true }), fc.double({ min: 1e-3, max: 1e4, noNaN: true }))
  fc.assert(
    fc.property(range, ([min, span]) => {
      const found = ticks(min, min + span)
      expect(found[0]).toBeLessThanOrEqual(min + 1e-6 * span)
      expect(found[found.length - 1]).toBeGreaterThanOrEqual(min + span * (1 - 1e-6))
      expect(found.length).toBeLessThanOrEqual(8)
    }),
  )
})

test('points lie where the axes say, names are escaped, and one name looks the same in every panel', () => {
  const line = { name: 'a < b', points: [0, 10].map((x) => ({ x, y: x, min: x, max: x + 10 })) }
  const svg = chartSvg({
    title: 'R & D',
    xLabel: 'round',
    yLabel: 'rank-1 (%)',
    panels: [
      { title: 'one', lines: [line] },
      { title: 'two', lines: [line] },
    ],
  })
  // The plot is 300 × 220, y runs from 0 to 20: (0, 0) is bottom left, (10, 10) right at half height.
  expect(svg.match(/<polyline points="0,220 300,110" fill="none" stroke="#0072b2"/g)).toHaveLength(2)
  expect(svg.match(/<polygon points="0,110 300,0 300,110 0,220"/g)).toHaveLength(2)
  expect(svg).toContain('R &amp; D')
  expect(svg.match(/>a &lt; b<\/text>/g)).toHaveLength(1)
})

test('no points, no crash', () => {
  const svg = chartSvg({ title: 'x', xLabel: 'round', yLabel: 'y', panels: [] })
  expect(svg).not.toMatch(/NaN|Infinity/)
})
