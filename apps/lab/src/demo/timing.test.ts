import type { Contribution, RoundRecord } from '@passerby/protocol'
import { expect, it } from 'vitest'
import { roundTimings, totalTiming } from './timing.ts'

const measured = (seconds: number) => ({ rank1: 1, rank5: 2, rank10: 3, mAP: 1, queries: 4, seconds })

function contribution(client: string, trainSeconds: number, more: Partial<Contribution> = {}): Contribution {
  const nothing = { weight: null, told: null, images: null, loss: null, local: null, global: null }
  return { client, alias: client, outcome: 'counted', trainSeconds, ...nothing, ...more }
}

function record(round: number, training: number, contributions: Contribution[]): RoundRecord {
  return {
    round,
    session: round,
    outcome: 'published',
    startedAt: 0,
    seconds: { training, aggregating: 0.25, evaluating: round === 2 ? 0.5 : 0 },
    bytesUp: 0,
    bytesDown: 0,
    contributions,
    loss: null,
    global: null,
    local: null,
    model: null,
    groups: [],
    similarity: null,
    distilled: null,
  }
}

const records = [
  record(1, 4, [
    contribution('a', 2, { global: measured(1.5), local: measured(9) }),
    contribution('b', 3, { global: measured(0.25), local: measured(0.5) }),
  ]),
  record(2, 5, [
    contribution('a', 2, { global: measured(0.5), local: measured(0.25) }),
    contribution('b', 3, { global: measured(4) }),
    contribution('late', 60, { outcome: 'late' }),
  ]),
]

it('takes the client that computed for the longest, and calls the rest coordination', () => {
  const [first, second] = roundTimings(records)
  // 4.25 s in all; b trained for 3 s and then measured its own model for 0.5 s.
  expect(first).toEqual({ round: 4.25, training: 3, measuring: 0.5, coordination: 0.75 })
  // 5.75 s in all; a measured the first model for 1.5 s, trained for 2 s, measured its own and the last one.
  expect(second).toEqual({ round: 5.75, training: 2, measuring: 2.25, coordination: 1.5 })
})

it('sums a run, and times a round in which nobody counted as coordination', () => {
  expect(totalTiming(roundTimings(records))).toEqual({ round: 10, training: 5, measuring: 2.75, coordination: 2.25 })
  expect(roundTimings([record(1, 4, [])])).toEqual([{ round: 4.25, training: 0, measuring: 0, coordination: 4.25 }])
})
