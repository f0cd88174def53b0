import { emptyLedger, type Snapshot } from '@passerby/participant'
import { expect, test } from 'vitest'
import { roundSentences, stateSentence } from './sentences.ts'

const status = {
  state: 'running',
  round: 3,
  rounds: 10,
  clients: 1,
  minClients: 2,
  deadline: null,
  skewMs: 0,
} as const
const joined: Snapshot = {
  state: 'waiting',
  connection: { link: 'joined', since: 0 },
  status,
  loss: [],
  rounds: [],
  ledger: emptyLedger,
}

test('waiting says for what', () => {
  expect(stateSentence(joined)).toBe('Waiting: 1 of 2 participants that a round needs.')
  expect(stateSentence({ ...joined, status: { ...status, state: 'paused' } })).toContain('run is paused')
})

test('work names its round and is one sentence however far it is', () => {
  const at = (fraction: number) =>
    stateSentence({ ...joined, state: 'training', work: { round: 3, phase: 'training', fraction, since: 0 } })
  expect(at(0.1)).toBe('Training: round 3 of 10 …')
  expect(at(0.9)).toBe(at(0.1))
  const work = { round: 3, phase: 'looking', fraction: 0.5, since: 0 } as const
  expect(stateSentence({ ...joined, state: 'training', work })).toBe('Looking at images: round 3 of 10 …')
})

test('a round is told when it is settled, with what is known of it', () => {
  expect(roundSentences({ round: 2, outcome: 'open', loss: 1 })).toEqual([])
  expect(roundSentences({ round: 2, outcome: 'aborted' })).toEqual(['Round 2: aborted.'])
  const global = { rank1: 41.26, rank5: 60, rank10: 70, mAP: 30, queries: 12, seconds: 1 }
  expect(
    roundSentences({ round: 2, outcome: 'counted', images: 80, loss: 1.23456, local: { ...global, mAP: 25 }, global }),
  ).toEqual([
    'Round 2: counted, 80 images, loss 1.235.',
    'Round 2: local model rank-1 41.3 % mAP 25.0 %.',
    'Round 2: global model rank-1 41.3 % mAP 30.0 %.',
  ])
})
