import { describe, expect, test } from 'vitest'
import { commonRange, lastAndGain, learningCurves, meanCurve } from './learning-curves.ts'
import { phaseBars, runTotals } from './phase-bars.ts'
import { contribution, record } from './testing/records.ts'

const quality = (rank1: number, mAP: number) => ({ rank1, rank5: 90, rank10: 95, mAP, queries: 40, seconds: 1 })

const records = [
  record(1, {
    loss: 3.5,
    contributions: [
      contribution('Platform 10', { loss: 4, global: quality(10, 8), local: quality(12, 9) }),
      contribution('Platform 2', { loss: 3, global: quality(30, 22) }),
    ],
    global: { rank1: 20, mAP: 15, worstRank1: 10, worstMAP: 8, clients: 2 },
    local: { rank1: 22, mAP: 16 },
  }),
  record(2, { outcome: 'aborted', seconds: { training: 80, aggregating: 0, evaluating: 0 } }),
  record(3, {
    round: 2,
    loss: 2.5,
    contributions: [contribution('Platform 2', { loss: 2.5, outcome: 'late' })],
  }),
]

describe('learningCurves', () => {
  test('have a point per published round: mean, worst and each client, in the order of aliases', () => {
    const rank1 = learningCurves(records, 'rank1')
    expect(rank1).toMatchObject({ rounds: [1, 2], mean: [20, null], worst: [10, null], local: [22, null] })
    expect(meanCurve(records, 'rank1')).toEqual(rank1.mean)
    expect(rank1.clients.map(({ alias, global, local }) => [alias, global, local])).toEqual([
      ['Platform 2', [30, null], [null, null]],
      ['Platform 10', [10, null], [12, null]],
    ])
  })

  test('of the loss take the highest of the updates that counted as the worst', () => {
    const loss = learningCurves(records, 'loss')
    expect(loss).toMatchObject({ mean: [3.5, 2.5], worst: [4, null], local: undefined })
    expect(loss.clients[0].global).toEqual([3, 2.5])
  })

  test('have one range in which every client’s figures lie', () => {
    const [low, high] = commonRange(learningCurves(records, 'rank1')) ?? []
    expect(low).toBeCloseTo(10 - 0.05 * 20)
    expect(high).toBeCloseTo(30 + 0.05 * 20)
    expect(commonRange(learningCurves([], 'rank1'))).toBeUndefined()
  })

  test('lastAndGain compares the first and the last that was measured', () => {
    expect(lastAndGain([null, 10, null, 14, null])).toEqual({ last: 14, gain: 4 })
    expect(lastAndGain([null])).toBeUndefined()
  })
})

describe('phaseBars', () => {
  test('lie newest first on one scale, that of the longest', () => {
    const bars = phaseBars(records)
    expect(bars.map(({ record: { session }, seconds }) => [session, seconds])).toEqual([
      [3, 40],
      [2, 80],
      [1, 40],
    ])
    expect(bars[2].parts.map(({ phase, from, share }) => [phase, from, share])).toEqual([
      ['training', 0, 30 / 80],
      ['aggregating', 30 / 80, 1 / 80],
      ['evaluating', 31 / 80, 9 / 80],
    ])
    expect([bars[0].counted, bars[0].cohort, bars[2].counted]).toEqual([0, 1, 2])
  })

  test('a session of no length has parts of none', () => {
    const [bar] = phaseBars([record(1, { seconds: { training: 0, aggregating: 0, evaluating: 0 } })])
    expect(bar.parts.map(({ share }) => share)).toEqual([0, 0, 0])
  })

  test('the run’s totals count aborted sessions too', () =>
    expect(runTotals(records)).toEqual({ seconds: 160, bytesUp: 300, bytesDown: 600 }))
})
