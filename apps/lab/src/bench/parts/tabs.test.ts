import type { Lane } from '@passerby/learner/bench'
import { expect, test } from 'vitest'
import type { BenchHost } from '../host.ts'
import { tabs } from './tabs.ts'

/** A tab that says when it is closed, and dies in the steps of this contender. */
function tab(closed: () => void, diesIn?: string): BenchHost {
  const lost = new AbortController()
  return {
    name: 'chromium',
    lost: lost.signal,
    close: async () => closed(),
    async open({ contender }) {
      const steps: Lane['steps'] = async (count) => {
        if (contender === diesIn) lost.abort(new Error('the page died'))
        lost.signal.throwIfAborted()
        return {
          milliseconds: Array.from({ length: count }, () => 500),
          losses: Array.from({ length: count }, () => 1),
        }
      }
      const nothing = () => Promise.reject(new Error('not asked for'))
      return { steps, count: nothing, operations: nothing, read: nothing, held: nothing, close: nothing }
    },
  }
}

async function measured(diesIn?: string) {
  const said: unknown[] = []
  const closed = () => said.push('closed')
  const part = tabs(2, async () => [tab(closed), tab(closed, diesIn)])
  const { contenders } = await part.measure({
    workload: { backbone: 'tiny', embedding: 8, height: 32, width: 16, batchSize: 4, rates: { backbone: 1, head: 1 } },
    steps: 1,
    places: [],
    say: () => {},
    onLost: (reason) => said.push(reason),
  })
  return { contenders, said }
}

test('a tab that dies is told of, before all of them are closed', async () => {
  const { contenders, said } = await measured('ours')
  expect(contenders.map(({ failure }) => failure)).toEqual(['the page died', 'the page died'])
  expect(said).toEqual([new Error('the page died'), 'closed', 'closed'])
})

test('of tabs that live, only what they measured is told', async () => {
  const { contenders, said } = await measured()
  expect(contenders).toMatchObject([
    { contender: 'stock', stepMs: 500, imagesPerSecond: 8 },
    { contender: 'ours', stepMs: 500, imagesPerSecond: 8 },
  ])
  expect(said).toEqual(['closed', 'closed'])
})
