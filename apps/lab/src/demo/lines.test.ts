import type { Contribution, RoundRecord } from '@passerby/protocol'
import { expect, test } from 'vitest'
import { figuresTable, roundLine } from './lines.ts'

function contribution(client: string, alias: string, outcome: Contribution['outcome'] = 'counted'): Contribution {
  const nothing = { weight: null, told: null, images: null, loss: null, trainSeconds: null, local: null, global: null }
  return { client, alias, outcome, ...nothing }
}

const record: RoundRecord = {
  round: 3,
  session: 4,
  outcome: 'published',
  startedAt: 0,
  seconds: { training: 1, aggregating: 1, evaluating: 0 },
  bytesUp: 0,
  bytesDown: 0,
  contributions: [contribution('a', 'Anna'), contribution('b', 'Bert'), contribution('c', 'Cora', 'late')],
  loss: 2.25,
  global: null,
  local: null,
  model: null,
  groups: [],
  similarity: null,
  distilled: null,
}
const model = { sha256: '0'.repeat(64), bytes: 1 }

test('a round of one model for all says no more than who counted', () => {
  expect(roundLine(record)).toBe('round 3  2 clients  loss 2.250')
})

test('a clustered round says who shares a model, and a distilled one what it was taught on', () => {
  const groups = [
    { clients: ['c', 'a'], model },
    { clients: ['b'], model },
  ]
  expect(roundLine({ ...record, groups })).toBe('round 3  2 clients  loss 2.250  models of Anna + Cora, Bert')
  expect(roundLine({ ...record, distilled: { images: 64, seconds: 0.42 } })).toBe(
    'round 3  2 clients  loss 2.250  taught on 64 public images in 0.42 s',
  )
})

test('figures end with every group’s model, where there is one', () => {
  const measured = { rank1: 1, mAP: 2 }
  const compared = { initial: measured, rawPixels: measured, final: { rank1: 50, mAP: 40.5 } }
  expect(figuresTable({ ...compared, groups: [] })).toMatch(/trained model +50\.0 +40\.5$/)
  const groups = [{ members: 'Anna + Cora', rank1: 51.5, mAP: 41 }]
  expect(figuresTable({ ...compared, groups })).toMatch(
    /mean of all models +50\.0 +40\.5\nmodel of Anna \+ Cora +51\.5 +41\.0$/,
  )
})
