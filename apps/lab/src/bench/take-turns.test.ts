import { describe, expect, it } from 'vitest'
import { median, takeTurns } from './take-turns.ts'

describe('takeTurns', () => {
  it('lets all warm up, then alternates, and gives the medians of what was timed', async () => {
    const order: string[] = []
    const runner = (name: string, ...times: readonly number[]) => {
      const left = [...times]
      return {
        async steps(count: number) {
          order.push(`${name}${count}`)
          return { milliseconds: left.splice(0, count), losses: Array.from({ length: count }, () => left.length) }
        },
      }
    }
    const timings = await takeTurns([runner('a', 90, 8, 1, 2, 3, 10), runner('b', 50, 5, 4, 4, 4, 4)], {
      steps: 3,
      turn: 2,
      turnMs: 0,
    })
    expect(order).toEqual(['a2', 'b2', 'a2', 'b2', 'a2', 'b2'])
    expect(timings).toEqual([
      { firstStepMs: 90, stepMs: 2.5, steps: 4, firstLoss: 4 },
      { firstStepMs: 50, stepMs: 4, steps: 4, firstLoss: 4 },
    ])
  })

  it('gives quick steps as long a turn as slow ones', async () => {
    const runner = (ms: number) => ({
      steps: async (count: number) => ({ milliseconds: Array.from({ length: count }, () => ms), losses: [1] }),
    })
    const timings = await takeTurns([runner(10), runner(300)], { steps: 8, turn: 4, turnMs: 500 })
    expect(timings).toMatchObject([{ steps: 2 * 50 }, { steps: 2 * 4 }])
  })

  it('goes on without who fails', async () => {
    const good = {
      steps: async (count: number) => ({ milliseconds: Array.from({ length: count }, () => 7), losses: [1] }),
    }
    const bad = { steps: () => Promise.reject(new Error('out of memory')) }
    expect(await takeTurns([bad, good], { steps: 7, turn: 7, turnMs: 0 })).toEqual([
      'out of memory',
      { firstStepMs: 7, stepMs: 7, steps: 7, firstLoss: 1 },
    ])
  })
})

describe('median', () => {
  it.each([
    [[3, 1, 2], 2],
    [[4, 1, 2, 3], 2.5],
    [[5], 5],
  ])('of %o is %d', (values, expected) => {
    expect(median(values)).toBe(expected)
  })

  it('refuses nothing at all', () => {
    expect(() => median([])).toThrow(RangeError)
  })
})
