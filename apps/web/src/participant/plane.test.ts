import { expect, test } from 'vitest'
import { drawingOf, mostSeen } from './plane.ts'

test('the identities with the most crops are told apart, equal ones by name', () => {
  const points = ['c', 'b', 'a', 'b', 'd', 'b', 'd'].map((identity) => ({ identity }))
  expect(mostSeen(points, 3)).toEqual([
    { identity: 'b', crops: 3 },
    { identity: 'd', crops: 2 },
    { identity: 'a', crops: 1 },
  ])
})

test('distances keep their proportions, and upwards is upwards', () => {
  const { height, places } = drawingOf(
    [
      { x: -2, y: 0 },
      { x: 2, y: 3 },
      { x: 2, y: 0 },
    ],
    { width: 420, margin: 10 },
  )
  expect(height).toBe(320)
  expect(places).toEqual([
    { x: 10, y: 310 },
    { x: 410, y: 10 },
    { x: 410, y: 310 },
  ])
})

test('a flat cloud lies in the middle of a picture that is not flat; a high one fits', () => {
  const flat = drawingOf(
    [
      { x: 0, y: 1 },
      { x: 10, y: 1 },
    ],
    { width: 120, margin: 10 },
  )
  expect(flat).toEqual({
    height: 80,
    places: [
      { x: 10, y: 40 },
      { x: 110, y: 40 },
    ],
  })
  const high = drawingOf(
    [
      { x: 0, y: 0 },
      { x: 0, y: 5 },
    ],
    { width: 120, margin: 10 },
  )
  expect(high.height).toBe(120)
  expect(high.places).toEqual([
    { x: 60, y: 110 },
    { x: 60, y: 10 },
  ])
})
