import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { whenCalm } from './when-calm.ts'

beforeEach(() => void vi.useFakeTimers({ now: 0 }))
afterEach(() => void vi.useRealTimers())

/** Asks at these times; when it was done. */
function doneAt(
  asks: readonly number[],
  keyOf: (ask: number) => string = () => 'a',
): readonly (readonly [number, string])[] {
  const done: [number, string][] = []
  const ask = whenCalm({ quietMs: 100, everyMs: 500, latestMs: 1000 }, (key) => done.push([Date.now(), key]))
  for (const at of asks) setTimeout(() => ask(keyOf(at)), at)
  vi.advanceTimersByTime(10_000)
  return done
}

it('waits until nothing was asked for a while, and acts once', () => {
  expect(doneAt([1000, 1050, 1120])).toEqual([[1220, 'a']])
})

it('acts at the latest a second after the first time, however much is asked', () => {
  const often = Array.from({ length: 40 }, (_, n) => (n === 0 ? 1000 : 990 + 50 * n))
  expect(doneAt(often)).toEqual([
    [2000, 'a'],
    [3040, 'a'],
  ])
})

it('acts no more often than it may', () => {
  expect(doneAt([1000, 1200, 1900])).toEqual([
    [1100, 'a'],
    [1600, 'a'],
    [2100, 'a'],
  ])
})

it('keeps keys apart', () => {
  expect(doneAt([1000, 1050], (at) => String(at))).toEqual([
    [1100, '1000'],
    [1150, '1050'],
  ])
})
