import { expect, test } from 'vitest'
import type { ContributionRow, SessionRow } from '../store/sessions.ts'
import { type EvaluationRow, sharesOf, toRoundRecord } from './record.ts'

const session: SessionRow = {
  federation: 'f',
  session: 3,
  round: 2,
  outcome: 'published',
  cohort: ['a', 'b', 'c'],
  baseModel: 'x',
  startedAt: 1_000,
  trainedAt: 5_000,
  aggregatedAt: 5_500,
  closedAt: 7_500,
  config: null,
  model: 'm',
  published: null,
  groupConfigs: null,
  groups: null,
  similarity: null,
  memory: null,
  distilled: null,
  bytesUp: 7,
  bytesDown: 8,
}
const evaluation = (rank1: number, mAP: number) => ({ rank1, rank5: 90, rank10: 95, mAP, queries: 3, seconds: 1 })
const counted = (client: string, images: number, more: Partial<ContributionRow>): ContributionRow => ({
  federation: 'f',
  session: 3,
  client,
  alias: client,
  outcome: 'counted',
  weight: images,
  images,
  loss: null,
  trainSeconds: 1,
  local: null,
  ...more,
})
const contributions = [
  counted('a', 10, { loss: 2, local: evaluation(20, 10) }),
  counted('b', 30, { loss: 4, local: evaluation(40, 30) }),
  counted('c', 0, { outcome: 'missing', weight: null, images: null }),
]
const measured = (client: string, one: EvaluationRow['evaluation']) => ({
  federation: 'f',
  session: 3,
  client,
  evaluation: one,
})
const evaluations = [measured('a', evaluation(50, 20)), measured('b', null), measured('d', evaluation(30, 40))]

test('a record: shares by weight, loss by images, the global model as mean and worst of those who measured', () => {
  const record = toRoundRecord({ session, contributions, evaluations, model: { sha256: 'm', bytes: 9 } }, 99_000)
  expect(record).toMatchObject({
    round: 2,
    session: 3,
    seconds: { training: 4, aggregating: 0.5, evaluating: 2 },
    // (10 · 2 + 30 · 4) / 40
    loss: 3.5,
    global: { rank1: 40, mAP: 30, worstRank1: 30, worstMAP: 20, clients: 2 },
    local: { rank1: 30, mAP: 20 },
    model: { sha256: 'm', bytes: 9 },
  })
  expect(record.contributions.map(({ weight, global }) => [weight, global?.mAP])).toEqual([
    [0.25, 20],
    [0.75, undefined],
    [null, undefined],
  ])
  expect(sharesOf(record)).toEqual(
    new Map([
      ['a', 0.25],
      ['b', 0.75],
    ]),
  )
})

test('what is open lasts until now, and an aborted session shares nothing out', () => {
  const open = { ...session, outcome: 'open', trainedAt: null, aggregatedAt: null, closedAt: null } as const
  const rows = { contributions, evaluations: [], model: null }
  expect(toRoundRecord({ ...rows, session: open }, 4_000).seconds).toEqual({
    training: 3,
    aggregating: 0,
    evaluating: 0,
  })
  const aborted = toRoundRecord({ ...rows, session: { ...open, outcome: 'aborted', closedAt: 2_000 } }, 99_000)
  expect(aborted.seconds.training).toBe(1)
  expect(aborted.loss).toBeNull()
  expect(aborted.contributions.every(({ weight }) => weight === null)).toBe(true)
})
