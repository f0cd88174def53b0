import { emptyLedger, type Snapshot } from '@passerby/participant'
import { describe, expect, test } from 'vitest'
import { ledgerSince, trainView } from './train-view.ts'

const NOW = 1_000_000
const status = {
  state: 'running',
  round: 7,
  rounds: 40,
  clients: 5,
  minClients: 2,
  deadline: NOW + 80_000,
  skewMs: 0,
} as const
const view = (known: Partial<Snapshot>) =>
  trainView(
    {
      state: 'waiting',
      connection: { link: 'joined', since: 0 },
      rounds: [],
      loss: [],
      ledger: emptyLedger,
      status,
      ...known,
    },
    emptyLedger,
    NOW,
  )
const training = { epoch: 1, epochs: 1, step: 7, steps: 11 }
const work = { round: 7, phase: 'training', fraction: 0.639, since: 0, secondsLeft: 118, training } as const

test('what left beside backbones: by name, of updates that were sent', () => {
  const sketch = { name: 'public.sketch', bytes: 64 }
  const targets = { name: 'public.targets', bytes: 1_000 }
  const rounds = [
    { round: 5, outcome: 'counted', bytesUp: 900, extras: [sketch, targets] },
    { round: 6, outcome: 'failed', extras: [sketch] },
    { round: 7, outcome: 'counted', bytesUp: 900, extras: [sketch] },
  ] as const
  expect(view({ rounds }).extras).toEqual([
    { name: 'public.sketch', thisRound: 64, inAll: 128 },
    { name: 'public.targets', thisRound: 0, inAll: 1_000 },
  ])
})

describe('one sentence of state', () => {
  test('training: round, epoch, per cent, time left; spoken without what moves', () => {
    const { sentence, spoken } = view({ state: 'training', work })
    expect(sentence).toBe('Round 7 of 40: training, epoch 1, 63 %, about 2 min left')
    expect(spoken).toBe('Round 7 of 40: training')
  })

  test('several epochs are counted', () => {
    const two = { ...work, training: { ...training, epoch: 2, epochs: 3 } }
    expect(view({ state: 'training', work: two }).sentence).toContain('epoch 2 of 3')
  })

  test('what is downloaded has a name, and how far it was says nothing of the first step', () => {
    const download = { round: 7, phase: 'downloading', fraction: 0.5, since: 0 } as const
    const at = (state: Snapshot['state'], work: Snapshot['work']) => view({ state, ...(work && { work }) }).sentence
    expect(at('downloading', { ...download, download: 'model' })).toBe('Round 7 of 40: downloading the model, 50 %')
    const images = { ...download, download: 'public set' } as const
    expect(at('downloading', images)).toBe('Round 7 of 40: downloading public images, 50 %')
    expect(at('training', { ...images, fraction: 1 })).toBe('Round 7 of 40: training')
  })

  test('looking at images once training is done: whose, how many, and why', () => {
    const looking = (at: 'own' | 'public') =>
      view({
        state: 'training',
        work: { round: 7, phase: 'looking', fraction: 0.25, since: 0, looking: { at, seen: 1024, images: 4096 } },
      })
    const { sentence, spoken, hint, bar } = looking('public')
    expect(sentence).toBe('Round 7 of 40: looking at images, 1,024 of 4,096 public ones, 25 %')
    expect(spoken).toBe('Round 7 of 40: looking at images')
    expect(hint).toMatch(/^Training is done.* belong to no participant/)
    expect(bar.phases[bar.phase].name).toBe('Look')
    expect(looking('own').sentence).toContain('1,024 of 4,096 of your own, 25 %')
    expect(looking('own').hint).toContain('They stay here.')
  })

  test.each<[string, Partial<Snapshot>, string]>([
    [
      'not started',
      { status: { ...status, state: 'waiting' } },
      'Waiting for the operator to start, 5 participants here',
    ],
    ['too few', { status: { ...status, clients: 1 } }, 'Round 7 of 40: waiting for participants, 1 of 2 are here'],
    [
      'paused, by the operator or by the coordinator itself',
      { status: { ...status, state: 'paused' } },
      'Round 7 of 40: the federation is paused',
    ],
    [
      'counted already',
      { rounds: [{ round: 7, outcome: 'counted' }] },
      'Round 7 of 40: your update counts, waiting for the others',
    ],
    [
      'counted in the last round',
      { rounds: [{ round: 6, outcome: 'counted' }] },
      'Round 7 of 40: waiting for the next task',
    ],
    ['paused', { state: 'paused', because: 'asked' }, 'Paused on this device'],
    ['paused while a last step is told', { state: 'paused', because: 'asked', work }, 'Paused on this device'],
    ['failed', { state: 'paused', because: 'failed' }, 'Training stopped on this device'],
    ['left', { state: 'ended', because: 'left' }, 'You left this federation'],
    ['at the end', { state: 'ended', because: 'completed' }, 'The federation has ended'],
  ])('%s', (_, known, sentence) => expect(view(known).sentence).toBe(sentence))
})

test('the bar stands at the phase: before it all is full, a counted update waits', () => {
  const bar = view({ state: 'training', work }).bar
  expect(bar.phases[bar.phase].name).toBe('Train')
  expect(bar.fraction).toBe(0.639)
  const waiting = view({ rounds: [{ round: 7, outcome: 'counted' }] }).bar
  expect(waiting.phases[waiting.phase].name).toBe('Wait')
})

test('while others are waited for, it is said when the round closes at the latest', () => {
  expect(view({}).hint).toBe('The round closes in 1 min 20 s at the latest.')
  expect(view({ status: { ...status, deadline: null } }).hint).toBeUndefined()
})

test('curves hold measured rounds only, null where one half is missing', () => {
  const measured = { rank1: 50, rank5: 60, rank10: 70, mAP: 40, queries: 9, seconds: 1 }
  const { accuracy } = view({
    rounds: [
      { round: 1, outcome: 'counted', local: measured },
      { round: 2, outcome: 'aborted' },
      { round: 3, outcome: 'counted', local: measured, global: { ...measured, mAP: 45 } },
    ],
  }).curves
  expect(accuracy.rounds).toEqual([1, 3])
  expect(accuracy.globalMAP).toEqual([null, 45])
  expect(accuracy.localRank1).toEqual([50, 50])
})

test('what left since a round began is the difference', () => {
  const later = { ...emptyLedger, sent: { ...emptyLedger.sent, update: { messages: 5, bytes: 900 } } }
  const earlier = { ...emptyLedger, sent: { ...emptyLedger.sent, update: { messages: 2, bytes: 300 } } }
  expect(ledgerSince(later, earlier).sent.update).toEqual({ messages: 3, bytes: 600 })
})
