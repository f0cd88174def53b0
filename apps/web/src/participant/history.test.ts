import { emptyLedger, type Snapshot } from '@passerby/participant'
import { expect, test } from 'vitest'
import { parseHistory, withHistory, type History } from './history.ts'

const ledger = (updateBytes: number): Snapshot['ledger'] => ({
  ...emptyLedger,
  sent: { ...emptyLedger.sent, update: { messages: 1, bytes: updateBytes } },
})
const snapshot = (known: Partial<Snapshot>): Snapshot => ({
  state: 'waiting',
  connection: { link: 'joined', since: 0 },
  rounds: [],
  loss: [],
  ledger: emptyLedger,
  ...known,
})
const before: History = {
  rounds: [
    { round: 1, outcome: 'counted', images: 7 },
    { round: 2, outcome: 'counted', images: 7, loss: 2 },
  ],
  loss: [
    { at: 0.5, loss: 4 },
    { at: 1.9, loss: 3 },
  ],
  ledger: ledger(100),
}
const global = { rank1: 50, rank5: 60, rank10: 70, mAP: 40, queries: 9, seconds: 1 }

test('a model measured after a reload completes the round that was trained before it', () => {
  const now = snapshot({ rounds: [{ round: 2, outcome: 'watched', global }] })
  expect(withHistory(now, before).rounds.at(1)).toEqual({ round: 2, outcome: 'counted', images: 7, loss: 2, global })
})

test('a round trained again keeps the later outcome, and its loss replaces the earlier curve', () => {
  const now = snapshot({ rounds: [{ round: 2, outcome: 'aborted' }], loss: [{ at: 1.1, loss: 5 }] })
  const both = withHistory(now, before)
  expect(both.rounds.map(({ outcome }) => outcome)).toEqual(['counted', 'aborted'])
  expect(both.loss).toEqual([
    { at: 0.5, loss: 4 },
    { at: 1.1, loss: 5 },
  ])
})

test('what left is added up over visits', () => {
  const both = withHistory(snapshot({ ledger: ledger(20) }), before)
  expect(both.ledger.sent.update).toEqual({ messages: 2, bytes: 120 })
  expect(both.ledger.sent.images).toEqual({ messages: 0, bytes: 0 })
})

test.each([null, 'no JSON', '{}', '{"version":0,"rounds":7}'])('%s is no history', (json) => {
  expect(parseHistory(json).rounds).toEqual([])
})
