import { afterEach, expect, test, vi } from 'vitest'
import { barBelow } from './progress.ts'

const CLEARED = '\r\u001B[K'
const CURSOR_SHOWN = '\u001B[?25h'

afterEach(() => void vi.useRealTimers())

function screen() {
  let written = ''
  const write = (text: string | Uint8Array) => {
    written += String(text)
    return true
  }
  return {
    progress: barBelow({ columns: 60, write }),
    /** What was written since the last look. */
    look: () => {
      const before = written
      written = ''
      return before
    },
  }
}

test('lines stand above the bar, which goes when its task ends and gives the cursor back', () => {
  vi.useFakeTimers()
  const { progress, look } = screen()
  progress.say('hello')
  expect(look()).toBe('hello\n')
  const task = progress.begin('2 rounds', 2)
  look()
  task.update(1, 'round 1: all of the clients')
  vi.advanceTimersByTime(100)
  expect(look()).toBe(
    CLEARED + `2 rounds ${'█'.repeat(12)}${'░'.repeat(12)} 50 %  round 1: all of the clients`.slice(0, 59),
  )
  progress.say('round 1')
  expect(look()).toContain(`${CLEARED}round 1\n2 rounds █`)
  task.end()
  expect(look()).toBe(CLEARED + CURSOR_SHOWN)
  task.end()
  vi.advanceTimersByTime(1000)
  expect(look()).toBe('')
})

test('a task within another shows its own bar, and leaves that of the other', () => {
  vi.useFakeTimers()
  const { progress, look } = screen()
  const outer = progress.begin('runs', 4)
  progress.begin('images', 10).end()
  look()
  vi.advanceTimersByTime(100)
  expect(look()).toContain('runs ')
  outer.end()
  expect(look()).toBe(CLEARED + CURSOR_SHOWN)
})

test('while a bar is there the process listens for its end, afterwards no longer', () => {
  const { progress } = screen()
  const counted = () => (['exit', 'SIGINT', 'SIGTERM'] as const).map((name) => process.listenerCount(name))
  const before = counted()
  const task = progress.begin('runs', 4)
  expect(counted()).toEqual(before.map((count) => count + 1))
  task.end()
  expect(counted()).toEqual(before)
})
