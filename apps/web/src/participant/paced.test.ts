import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { paced } from './paced.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

test('at once, then at most once in a while, and in the end for what was asked last', () => {
  const action = vi.fn()
  const { ask } = paced(100, action)
  for (let asked = 0; asked < 5; asked++) ask()
  expect(action).toHaveBeenCalledTimes(1)
  vi.advanceTimersByTime(100)
  expect(action).toHaveBeenCalledTimes(2)
  vi.advanceTimersByTime(1_000)
  expect(action).toHaveBeenCalledTimes(2)
  ask()
  expect(action).toHaveBeenCalledTimes(3)
})

test('stopped, it does nothing more', () => {
  const action = vi.fn()
  const { ask, stop } = paced(100, action)
  ask()
  ask()
  stop()
  vi.advanceTimersByTime(1_000)
  expect(action).toHaveBeenCalledTimes(1)
})
