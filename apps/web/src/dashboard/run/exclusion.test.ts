import { FederationSettings, type FederationView, type PhaseView } from '@passerby/protocol'
import * as v from 'valibot'
import { expect, test } from 'vitest'
import { consequences, exclusionSentence } from './exclusion.ts'
import { clientView } from './testing/client-view.ts'

const now = 1_700_000_000_000
const at = now - 200_000

test('who took a client out, when, and why', () => {
  expect(exclusionSentence({ at, by: 'operator', reason: 'wrong crops' }, now)).toBe(
    'by the operator, 3 min ago: wrong crops',
  )
  expect(exclusionSentence({ at, by: 'coordinator', reason: '' }, now)).toBe('by the coordinator, 3 min ago')
})

const training: PhaseView = { phase: 'training', round: 2, cohort: 3, accepted: 1, needed: 2, deadline: now }
function viewOf(phase: PhaseView, clients: FederationView['clients']) {
  const settings = v.parse(FederationSettings, { name: 'Two stations', cohort: { minClients: 2 } })
  return { phase, clients, settings } as FederationView
}

const anew = expect.stringContaining('train the round anew') as string

test('taking out costs the others a round where the update counts already, also of who is gone or paused', () => {
  const others = [
    clientView('b', { state: 'training', part: 'drawn' }),
    clientView('c', { state: 'training', part: 'drawn' }),
    clientView('d', { state: 'waiting' }),
  ]
  for (const state of ['done', 'gone', 'paused'] as const) {
    const counted = clientView('a', { state, part: 'counted' })
    expect(consequences(viewOf(training, [counted, ...others]), counted)).toEqual([anew])
    expect(consequences(viewOf({ phase: 'aggregating', round: 2 }, [counted, ...others]), counted)).toEqual([anew])
    expect(consequences(viewOf(training, [counted, ...others]), others[0])).toEqual([])
    // The model is published.
    const before = { ...counted, part: null }
    const evaluating: PhaseView = { phase: 'evaluating', round: 2, waiting: 1, deadline: now }
    expect(consequences(viewOf(evaluating, [before, ...others]), before)).toEqual([])
  }
})

test('so it does where too few are left of those who were drawn, and only of those', () => {
  const drawn = clientView('a', { state: 'gone', part: 'drawn' })
  const others = [
    clientView('b', { state: 'training', part: 'drawn' }),
    clientView('c', { state: 'waiting' }),
    clientView('d', { state: 'waiting' }),
  ]
  const two = { ...training, cohort: 2, accepted: 0 }
  expect(consequences(viewOf(two, [drawn, ...others]), drawn)).toEqual([
    expect.stringMatching(/cannot do without it, since it needs 2 updates: it opens anew/),
  ])
  expect(consequences(viewOf(two, [drawn, ...others]), others[1])).toEqual([])
  expect(consequences(viewOf(training, [drawn, ...others]), drawn)).toEqual([])
  // The updates are in: this one came too late.
  expect(consequences(viewOf({ phase: 'aggregating', round: 2 }, [drawn, ...others]), drawn)).toEqual([])
})

test('a run that is left with too few waits, and says how few', () => {
  const out = clientView('c', { state: 'gone', excluded: { at, by: 'operator', reason: '' } })
  const [a, b] = [clientView('a', { state: 'waiting' }), clientView('b', { state: 'waiting' })]
  const open: PhaseView = { phase: 'open', round: 2, present: 2, needed: 2 }
  const waits = 'Then 1 client is left and a round needs 2: it waits for more.'
  expect(consequences(viewOf(open, [a, b, out]), a)).toEqual([waits])
  // Nothing changes by taking out who is not here.
  const gone = clientView('d', { state: 'gone' })
  expect(consequences(viewOf(open, [a, b, out, gone]), gone)).toEqual([])
  // Nor does who paused train.
  const paused = clientView('e', { state: 'paused' })
  expect(consequences(viewOf(open, [a, b, out, paused]), a)).toEqual([waits])
  expect(consequences(viewOf(open, [a, out, paused]), paused)).toEqual([])
  // The round that opens anew waits, also where the client itself is not here.
  const counted = clientView('f', { state: 'gone', part: 'counted' })
  expect(consequences(viewOf(training, [a, out, paused, counted]), counted)).toEqual([anew, waits])
})
