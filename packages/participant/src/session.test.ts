import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isJoined, step } from './session.ts'
import type { Session, SessionEffect, SessionEvent, SessionTask } from './session-types.ts'

const train = (session: number, accepted = false): SessionTask => ({ task: 'train', round: 1, session, accepted })
const evaluate: SessionTask = { task: 'evaluate', round: 1 }
const none: SessionTask = { task: 'none' }
const refusal = { code: 'revoked-token', message: '' } as const

/** Plays events from the start; the state at the end and all effects, in order, by name. */
function play(...events: readonly SessionEvent[]): { readonly session: Session; readonly effects: readonly string[] } {
  let session: Session = { state: 'idle' }
  const effects: string[] = []
  for (const event of events) {
    const [next, more] = step(session, event)
    session = next
    effects.push(...more.map((effect) => nameOf(effect)))
  }
  return { session, effects }
}
function nameOf(effect: SessionEffect): string {
  if (effect.type === 'withdraw') return `withdraw ${effect.reason}`
  return 'session' in effect ? `${effect.type} ${effect.session}` : effect.type
}
const start = (kept = 0): SessionEvent => ({ type: 'started', kept })
const joined = (task: SessionTask): readonly SessionEvent[] => [{ type: 'connected' }, { type: 'joined', task }]
const tasked = (task: SessionTask): SessionEvent => ({ type: 'tasked', task })
const trained = (session: number): readonly SessionEvent[] => [
  { type: 'downloaded', session },
  { type: 'sealed', session },
]
const lost: SessionEvent = { type: 'lost' }

describe('a round', () => {
  test('from joining over an update to the measurement of the new model', () => {
    const { session, effects } = play(
      start(),
      ...joined(none),
      tasked(train(1)),
      ...trained(1),
      { type: 'settled', session: 1 },
      tasked(none),
      tasked(evaluate),
      { type: 'evaluated', round: 1 },
    )
    expect(session).toEqual({ state: 'waiting', past: { kept: 0, spent: 1 } })
    expect(effects).toEqual(['connect', 'join', 'train 1', 'upload 1', 'discard', 'evaluate'])
  })

  test('an update is under way to the end, whatever is asked meanwhile; the last word is then begun', () => {
    const before = play(start(), ...joined(train(1)), ...trained(1), tasked(none), tasked(evaluate))
    expect(before.session).toMatchObject({ state: 'uploading', session: 1 })
    const [after, effects] = step(before.session, { type: 'settled', session: 1 })
    expect(after.state).toBe('evaluating')
    expect(effects.map(nameOf)).toEqual(['discard', 'evaluate'])
  })

  test('R7 an aborted session is abandoned, and its next is trained', () => {
    const { session, effects } = play(
      start(),
      ...joined(train(1)),
      { type: 'downloaded', session: 1 },
      { type: 'aborted', session: 1 },
      tasked(train(2)),
    )
    expect(session).toMatchObject({ state: 'downloading', session: 2, past: { spent: 1 } })
    expect(effects.slice(2)).toEqual(['train 1', 'abandon', 'train 2'])
  })

  test('R7 an aborted upload is abandoned and its update discarded', () => {
    const { session, effects } = play(start(), ...joined(train(1)), ...trained(1), { type: 'aborted', session: 1 })
    expect(session).toEqual({ state: 'waiting', past: { kept: 0, spent: 1 } })
    expect(effects.slice(3)).toEqual(['upload 1', 'abandon', 'discard'])
  })

  test('a task that comes while another is at work takes its place', () => {
    const { effects } = play(start(), ...joined(evaluate), tasked(train(1)), tasked(train(1)), tasked(train(3)))
    expect(effects.slice(2)).toEqual(['evaluate', 'abandon', 'train 1', 'abandon', 'train 3'])
  })

  test('news of work that was left means nothing', () => {
    const { session } = play(start(), ...joined(train(2)), ...trained(1), { type: 'settled', session: 1 })
    expect(session).toMatchObject({ state: 'downloading', session: 2 })
  })
})

describe('R4 a lost connection or a reload', () => {
  test('training goes on without a connection, and on after it', () => {
    const { session, effects } = play(
      start(),
      ...joined(train(1)),
      lost,
      { type: 'downloaded', session: 1 },
      ...joined(train(1)),
    )
    expect(session).toMatchObject({ state: 'training', session: 1, link: 'joined' })
    expect(effects).toEqual(['connect', 'join', 'train 1', 'join'])
  })

  test('what is finished without a connection is uploaded after it', () => {
    const { effects } = play(start(), ...joined(train(1)), lost, ...trained(1), ...joined(train(1)))
    expect(effects.slice(2)).toEqual(['train 1', 'join', 'upload 1'])
  })

  test('an upload that was cut off goes on', () => {
    const { effects } = play(start(), ...joined(train(1)), ...trained(1), lost, ...joined(train(1)))
    expect(effects.slice(2)).toEqual(['train 1', 'upload 1', 'interrupt', 'join', 'upload 1'])
  })

  test('after a reload a kept update is uploaded, not trained again', () => {
    expect(play(start(7), ...joined(train(7))).effects).toEqual(['connect', 'join', 'upload 7'])
  })

  test('a kept update that was counted is discarded; of another, its end is learnt before anything else', () => {
    expect(play(start(7), ...joined(train(7, true))).effects.slice(2)).toEqual(['discard'])
    const settled = { type: 'settled', session: 7 } as const
    expect(play(start(7), ...joined(none), settled).effects.slice(2)).toEqual(['upload 7', 'discard'])
    expect(play(start(7), ...joined(train(8)), settled).effects.slice(2)).toEqual(['upload 7', 'discard', 'train 8'])
    expect(play(start(7), ...joined(evaluate), settled).effects.slice(2)).toEqual(['upload 7', 'discard', 'evaluate'])
  })

  test('work on a session that ended meanwhile is left', () => {
    const { session, effects } = play(start(), ...joined(train(1)), lost, ...joined(train(2)))
    expect(session).toMatchObject({ state: 'downloading', session: 2 })
    expect(effects.slice(3)).toEqual(['join', 'abandon', 'train 2'])
  })
})

describe('R6 what the person wants', () => {
  test('a pause abandons training and says so; resuming begins again', () => {
    const { session, effects } = play(
      start(),
      ...joined(train(1)),
      { type: 'paused' },
      { type: 'resumed' },
      tasked(train(1)),
    )
    expect(session).toMatchObject({ state: 'downloading', session: 1 })
    expect(effects.slice(2)).toEqual(['train 1', 'abandon', 'withdraw paused', 'return', 'train 1'])
  })

  test('a pause keeps a finished update', () => {
    const events = [start(), ...joined(train(1)), ...trained(1), { type: 'paused' }, { type: 'resumed' }] as const
    expect(play(...events, tasked(train(1))).effects.slice(3)).toEqual([
      'upload 1',
      'abandon',
      'withdraw paused',
      'return',
      'upload 1',
    ])
  })

  test('a pause outlives a lost connection, and is said again', () => {
    const { session, effects } = play(start(), ...joined(none), { type: 'paused' }, lost, ...joined(train(1)))
    expect(session).toMatchObject({ state: 'paused', link: 'joined' })
    expect(effects.slice(2)).toEqual(['withdraw paused', 'join', 'withdraw paused'])
  })

  test('a pause without a connection has nobody to tell', () => {
    const { session, effects } = play(start(), { type: 'paused' }, { type: 'resumed' })
    expect(session.state).toBe('connecting')
    expect(effects).toEqual(['connect'])
  })

  test('leaving says goodbye, discards and disconnects', () => {
    const { session, effects } = play(start(), ...joined(train(1)), ...trained(1), { type: 'left' })
    expect(session).toEqual({ state: 'ended', because: 'left' })
    expect(effects.slice(3)).toEqual(['upload 1', 'abandon', 'discard', 'withdraw left', 'disconnect'])
  })
})

describe('what ends it', () => {
  test('failed work pauses until the person tries again', () => {
    const { session, effects } = play(
      start(),
      ...joined(train(1)),
      { type: 'failed' },
      { type: 'resumed' },
      tasked(train(1)),
    )
    expect(session).toMatchObject({ state: 'downloading', session: 1 })
    expect(effects.slice(2)).toEqual(['train 1', 'withdraw failed', 'return', 'train 1'])
  })

  test('R4 whoever tries again after a refused update makes a new one: the coordinator awaits it', () => {
    const events = [start(), ...joined(train(1)), ...trained(1), { type: 'failed' }, { type: 'resumed' }] as const
    const { session, effects } = play(...events, tasked(train(1)))
    expect(session).toMatchObject({ state: 'downloading', session: 1 })
    expect(effects.slice(3)).toEqual(['upload 1', 'discard', 'withdraw failed', 'return', 'train 1'])
  })

  test('R4 an update that could not be delivered is kept, and sent when the person tries again', () => {
    const failed = { type: 'failed', passing: true } as const
    const events = [start(), ...joined(train(1)), ...trained(1), failed, { type: 'resumed' }] as const
    const { session, effects } = play(...events, tasked(train(1)))
    expect(session).toMatchObject({ state: 'uploading', session: 1 })
    expect(effects.slice(3)).toEqual(['upload 1', 'withdraw failed', 'return', 'upload 1'])
  })

  test('the end of the federation leaves everything', () => {
    const { session, effects } = play(start(), ...joined(evaluate), { type: 'ended' }, lost, { type: 'paused' })
    expect(session).toEqual({ state: 'ended', because: 'completed' })
    expect(effects.slice(2)).toEqual(['evaluate', 'abandon', 'disconnect'])
  })

  test('a refusal has its name, keeps the update, and joining again is possible', () => {
    const { session, effects } = play(start(7), { type: 'connected' }, { type: 'refused', refusal })
    expect(session).toEqual({ state: 'refused', refusal })
    expect(effects).toEqual(['connect', 'join', 'disconnect'])
    expect(step(session, start(7))[1]).toEqual([{ type: 'connect' }])
  })
})

const number = fc.integer({ min: 1, max: 4 })
const task: fc.Arbitrary<SessionTask> = fc.oneof(
  fc.record({ task: fc.constant('train' as const), round: number, session: number, accepted: fc.boolean() }),
  fc.record({ task: fc.constant('evaluate' as const), round: number }),
  fc.constant(none),
)
const anyEvent: fc.Arbitrary<SessionEvent> = fc.oneof(
  fc.record({ type: fc.constant('started' as const), kept: fc.nat(4) }),
  fc.record({ type: fc.constantFrom('joined' as const, 'tasked' as const), task }),
  fc.record({
    type: fc.constantFrom('aborted', 'downloaded', 'sealed', 'settled'),
    session: number,
  }) as fc.Arbitrary<SessionEvent>,
  fc.record({ type: fc.constant('evaluated' as const), round: number }),
  fc.record({
    type: fc.constantFrom('connected', 'lost', 'ended', 'paused', 'resumed', 'left'),
  }) as fc.Arbitrary<SessionEvent>,
  fc.record({ type: fc.constant('failed' as const), passing: fc.boolean() }),
  fc.constant<SessionEvent>({ type: 'refused', refusal }),
)

test('under any events: one work at a time, nothing finished is trained again, nothing is said without a connection', () => {
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 60 }), (events) => {
      let session: Session = { state: 'idle' }
      let working = false
      let finished = 0
      let kept = 0
      for (const event of [start(), ...events]) {
        const before = session
        const [next, effects] = step(before, event)
        session = next
        const answersWork =
          (event.type === 'sealed' && before.state === 'training' && before.session === event.session) ||
          (event.type === 'settled' && before.state === 'uploading' && before.session === event.session) ||
          (event.type === 'evaluated' && before.state === 'evaluating' && before.round === event.round) ||
          event.type === 'failed'
        if (answersWork) working = false
        if (event.type === 'started' && effects.length > 0) finished = kept = event.kept
        if (event.type === 'sealed' && answersWork) finished = kept = event.session
        // A refused update may be made anew.
        if (event.type === 'failed' && !event.passing && before.state === 'uploading') finished = before.session - 1
        for (const effect of effects) {
          if (effect.type === 'abandon' || effect.type === 'interrupt') working = false
          if (effect.type === 'discard') kept = 0
          if (effect.type === 'train') expect(effect.session).toBeGreaterThan(finished)
          if (effect.type === 'upload') expect(effect.session).toBe(kept)
          if (effect.type === 'withdraw' || effect.type === 'return')
            expect(isJoined(before) || event.type === 'joined').toBe(true)
          if (effect.type === 'train' || effect.type === 'upload' || effect.type === 'evaluate') {
            expect(working).toBe(false)
            expect(isJoined(session)).toBe(true)
            working = true
          }
        }
        expect(working).toBe(['downloading', 'training', 'uploading', 'evaluating'].includes(session.state))
        if ('past' in session) {
          expect(session.past.kept).toBe(kept)
          expect(session.past.kept === 0 || session.past.kept <= session.past.spent).toBe(true)
        }
        if (before.state === 'ended') expect(effects.every(({ type }) => type === 'connect')).toBe(true)
      }
    }),
    { numRuns: 2_000 },
  )
})
