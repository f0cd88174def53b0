import type { ClientView, FederationSummary, PhaseView } from '@passerby/protocol'
import { describe, expect, test } from 'vitest'
import { roundProgress, roundsDone } from './round-progress.ts'
import { clientView } from './testing/client-view.ts'

const client = (state: ClientView['state'], fraction: number) => clientView('Platform', { state, fraction })
const summary: FederationSummary = {
  id: 'two-stations',
  name: 'Two stations',
  strategy: 'fedpav',
  backbone: 'tiny',
  state: 'running',
  round: 7,
  rounds: 40,
  clients: 4,
  mAP: [],
  lastEvent: null,
  createdAt: 0,
}
const progress = (phase: PhaseView, clients: ClientView[] = []) => roundProgress({ phase, summary, clients })

describe('how far a round is', () => {
  test('in training: counted updates, uploads and the parts of those who train, over the cohort', () => {
    const phase = { phase: 'training', round: 7, cohort: 4, accepted: 1, needed: 2, deadline: 0 } as const
    const clients = [client('done', 1), client('uploading', 0.1), client('training', 0.5), client('downloading', 0.9)]
    expect(progress(phase, clients)).toEqual({ round: 7, phase: 0, fraction: (1 + 1 + 0.5) / 4 })
    expect(progress(phase, [client('looking', 0.1)])?.fraction).toBe((1 + 1) / 4)
  })

  test('in evaluation: those who have answered, over those who are here', () =>
    expect(progress({ phase: 'evaluating', round: 7, waiting: 1, deadline: 0 })).toMatchObject({
      phase: 2,
      fraction: 0.75,
    }))

  test('is nothing when none is open', () => expect(progress({ phase: 'paused', round: 7 })).toBeUndefined())

  test.each<[PhaseView, number]>([
    [{ phase: 'idle' }, 0],
    [{ phase: 'open', round: 7, present: 0, needed: 2 }, 6],
    [{ phase: 'aggregating', round: 7 }, 6],
    [{ phase: 'evaluating', round: 7, waiting: 1, deadline: 0 }, 7],
    [{ phase: 'ended', rounds: 12, reason: 'stopped' }, 12],
  ])('%j has that many rounds done', (phase, rounds) => expect(roundsDone({ phase })).toBe(rounds))
})
