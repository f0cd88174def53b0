import { expect, test } from 'vitest'
import { timeLeft } from './time-left.ts'

test('unknown at first; then each kind at its own pace, unknown kinds at the mean, shared by the lanes', () => {
  const left = timeLeft()
  const rest = [
    { kind: 'small', rounds: 10 },
    { kind: 'large', rounds: 5 },
    { kind: 'other', rounds: 4 },
  ]
  expect(left.of(rest, 2)).toBeUndefined()
  left.add('small', 1)
  left.add('small', 3)
  left.add('large', 11)
  // 10 · 2 + 5 · 11 + 4 · (15 / 3) = 95
  expect(left.of(rest, 2)).toBe(47.5)
  expect(left.of(rest.slice(0, 1), 2)).toBe(20)
  expect(left.of([], 2)).toBe(0)
})
