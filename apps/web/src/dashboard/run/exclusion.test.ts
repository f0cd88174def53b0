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

test('taking out costs the others a round only where the update counts already', () => {
  const [done, ...others] = [
    clientView('a', { state: 'done' }),
    clientView('b', { state: 'training' }),
    clientView('c', { state: 'training' }),
  ]
  expect(consequences(viewOf(training, [done, ...others]), done)).toEqual([
    expect.stringContaining('train the round anew'),
  ])
  expect(consequences(viewOf(training, [done, ...others]), others[0])).toEqual([])
  // The model is published.
  const evaluating: PhaseView = { phase: 'evaluating', round: 2, waiting: 1, deadline: now }
  expect(consequences(viewOf(evaluating, [done, ...others]), done)).toEqual([])
})

test('a run that is left with too few waits, and says how few', () => {
  const out = clientView('c', { state: 'gone', excluded: { at, by: 'operator', reason: '' } })
  const [a, b] = [clientView('a', { state: 'waiting' }), clientView('b', { state: 'waiting' })]
  const open: PhaseView = { phase: 'open', round: 2, present: 2, needed: 2 }
  expect(consequences(viewOf(open, [a, b, out]), a)).toEqual([
    'Then 1 client is left and a round needs 2: it waits for more.',
  ])
  // Nothing changes by taking out who is not here.
  const gone = clientView('d', { state: 'gone' })
  expect(consequences(viewOf(open, [a, b, out, gone]), gone)).toEqual([])
})
