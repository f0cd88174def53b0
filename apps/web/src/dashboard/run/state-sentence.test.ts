import { FederationSettings, type FederationView, type PhaseView } from '@passerby/protocol'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { announcement, stateSentence } from './state-sentence.ts'
import { clientView } from './testing/client-view.ts'

const now = 1_700_000_000_000

function viewIn(phase: PhaseView, clients = 8): FederationView {
  return {
    summary: {
      id: 'two-stations',
      name: 'Two stations',
      strategy: 'fedpav',
      backbone: 'osnet_x0_25',
      state: 'running',
      round: 7,
      rounds: 40,
      clients,
      mAP: [],
      lastEvent: null,
      createdAt: now,
    },
    settings: v.parse(FederationSettings, { name: 'Two stations' }),
    phase,
    now,
    initialModel: { sha256: 'a'.repeat(64), bytes: 8 },
    updateBytes: 8,
    fingerprint: { base64url: 'abc', words: 'one two' },
    clients: [],
    invites: [],
  }
}

const training = { phase: 'training', round: 7, cohort: 8, accepted: 6, needed: 5, deadline: now + 80_000 } as const

describe('the state of a federation as a sentence', () => {
  test.each<[PhaseView, string]>([
    [{ phase: 'idle' }, 'Ready to start: 8 clients are here, a round needs 2.'],
    [{ phase: 'open', round: 7, present: 1, needed: 2 }, 'Round 7: waiting for 1 more client, 1 of 2 are here.'],
    [training, 'Round 7: waiting for 2 of 8 updates, closes in 1 min 20 s at the latest with 6.'],
    [
      { ...training, accepted: 2 },
      'Round 7: waiting for 6 of 8 updates, closes in 1 min 20 s at the latest if 5 are in by then.',
    ],
    [
      { ...training, deadline: now - 1 },
      'Round 7: waiting for 2 of 8 updates, closes in a moment at the latest with 6.',
    ],
    [{ phase: 'aggregating', round: 7 }, 'Round 7: updates are in, forming the new model.'],
    [
      { phase: 'evaluating', round: 7, waiting: 1, deadline: now + 9_000 },
      'Round 7: 1 client still measures the new model, for 9.0 s at most.',
    ],
    [{ phase: 'aggregating', round: 7, pausing: true }, 'Round 7: updates are in, forming the new model. Pauses then.'],
    [{ phase: 'evaluating', round: 7, waiting: 0, deadline: now }, 'Round 7: closing.'],
    [{ phase: 'paused', round: 7 }, 'Paused before round 7: nobody trains until it is resumed.'],
    [{ phase: 'ended', rounds: 40, reason: 'completed' }, 'Completed: all 40 rounds done.'],
    [{ phase: 'ended', rounds: 6, reason: 'stopped' }, 'Stopped by the operator after round 6 of 40.'],
  ])('%j', (phase, sentence) => expect(stateSentence(viewIn(phase), now)).toBe(sentence))

  test.each([
    [0, 'Not started: nobody has joined yet, a round needs 2 clients.'],
    [1, 'Not started: 1 client is here, a round needs 2.'],
  ])('with %i clients before the start', (clients, sentence) =>
    expect(stateSentence(viewIn({ phase: 'idle' }, clients), now)).toBe(sentence),
  )

  test('waiting for clients, names those who are taken out', () => {
    const excluded = { at: now, by: 'coordinator', reason: '' } as const
    const clients = [clientView('a', { state: 'waiting' }), clientView('b', { state: 'gone', excluded })]
    const view = { ...viewIn({ phase: 'open', round: 7, present: 1, needed: 2 }), clients }
    expect(stateSentence(view, now)).toBe('Round 7: waiting for 1 more client, 1 of 2 are here. 1 client is taken out.')
  })

  test('is announced without what counts: the same from the first update to the last', () => {
    expect(announcement(viewIn(training))).toBe('Round 7 of 40: training')
    expect(announcement(viewIn({ ...training, accepted: 7 }))).toBe(announcement(viewIn(training)))
  })
})
