import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type RoundMachine, mayAnswer } from './presence.ts'
import { isMeasured, newMachine, nextDeadline, restoredMachine, step } from './round-machine.ts'
import type { RunEffect, RunEvent, RunPlan, RunState } from './run-state.ts'

const plan: RunPlan = {
  rounds: 3,
  seed: 1,
  evaluateEvery: 1,
  minClients: 2,
  fraction: 1,
  deadlineMs: 1000,
  graceMs: 100,
  evaluationMs: 500,
}

/** Runs events at the given times and keeps every effect. */
function script(events: readonly [now: number, event: RunEvent][], from: RoundMachine = newMachine) {
  let machine = from
  const effects: RunEffect[] = []
  for (const [now, event] of events) {
    const [next, more] = step(machine, event, { plan, now })
    machine = next
    effects.push(...more)
  }
  return { machine, run: machine.run, effects }
}

const arrive = (client: string): RunEvent => ({ type: 'arrived', client })
const accept = (client: string, session = 1): RunEvent => ({ type: 'accepted', client, session })
const training = script([
  [0, { type: 'started' }],
  [0, arrive('a')],
  [0, arrive('b')],
  [0, arrive('c')],
])

test('a session opens as soon as the minimum is there, with those present, and a late comer waits', () => {
  expect(training.run).toMatchObject({ state: 'training', round: 1, session: 1, cohort: ['a', 'b'], deadline: 1000 })
  expect(training.effects).toEqual([{ type: 'open-session', round: 1, session: 1, cohort: ['a', 'b'] }])
  expect(training.machine.present).toEqual(['a', 'b', 'c'])
})

test('a whole round: train, sum, publish, and the next round at once, with the late comer', () => {
  const { run, effects } = script(
    [
      [10, accept('b')],
      [20, accept('a')],
      [30, { type: 'aggregated', session: 1 }],
    ],
    training.machine,
  )
  expect(effects).toEqual([
    { type: 'aggregate', round: 1, session: 1, clients: ['a', 'b'] },
    { type: 'publish', round: 1, session: 1, evaluate: [] },
    { type: 'close-round', round: 1, session: 1 },
    { type: 'open-session', round: 2, session: 2, cohort: ['a', 'b', 'c'] },
  ])
  expect(run).toMatchObject({ state: 'training', round: 2, session: 2 })
})

const three: RoundMachine = {
  ...training.machine,
  run: { ...(training.run as Extract<RunState, { state: 'training' }>), cohort: ['a', 'b', 'c'] },
}

test('a lost client is awaited for the grace time, then the round closes without it', () => {
  const lost = script(
    [
      [10, { type: 'lost', client: 'c' }],
      [20, accept('a')],
      [20, accept('b')],
    ],
    three,
  )
  expect(lost.run.state).toBe('training')
  expect(nextDeadline(lost.machine)).toBe(110)
  expect(script([[109, { type: 'tick' }]], lost.machine).run.state).toBe('training')
  expect(script([[110, { type: 'tick' }]], lost.machine).effects).toEqual([
    { type: 'aggregate', round: 1, session: 1, clients: ['a', 'b'] },
  ])
})

test('a lost client that returns in time is awaited again', () => {
  const back = script(
    [
      [10, { type: 'lost', client: 'c' }],
      [20, accept('a')],
      [20, accept('b')],
      [50, arrive('c')],
    ],
    three,
  )
  expect(script([[500, { type: 'tick' }]], back.machine).run.state).toBe('training')
  expect(script([[600, accept('c')]], back.machine).effects).toEqual([
    { type: 'aggregate', round: 1, session: 1, clients: ['a', 'b', 'c'] },
  ])
})

test('a client that withdrew is not awaited', () => {
  const { effects } = script(
    [
      [10, { type: 'withdrew', client: 'c' }],
      [20, accept('a')],
      [20, accept('b')],
    ],
    three,
  )
  expect(effects).toEqual([{ type: 'aggregate', round: 1, session: 1, clients: ['a', 'b'] }])
})

const excluded = (client: string): RunEvent => ({ type: 'excluded', client })

test('R15 a client that is taken out is not awaited, cannot come back to the session, and is drawn into the next', () => {
  const out = script(
    [
      [10, excluded('c')],
      [15, arrive('c')],
      [16, accept('c')],
      [20, accept('a')],
      [20, accept('b')],
      [30, { type: 'aggregated', session: 1 }],
    ],
    three,
  )
  expect(out.effects).toEqual([
    { type: 'aggregate', round: 1, session: 1, clients: ['a', 'b'] },
    { type: 'publish', round: 1, session: 1, evaluate: [] },
    { type: 'close-round', round: 1, session: 1 },
    { type: 'open-session', round: 2, session: 2, cohort: ['a', 'b', 'c'] },
  ])
})

test('R15 taking out a client that was lost ends its grace time, and the round closes at once', () => {
  const { effects } = script(
    [
      [10, { type: 'lost', client: 'c' }],
      [20, accept('a')],
      [20, accept('b')],
      [30, excluded('c')],
    ],
    three,
  )
  expect(effects).toEqual([{ type: 'aggregate', round: 1, session: 1, clients: ['a', 'b'] }])
})

test.each<[RunState['state'], [number, RunEvent][]]>([
  ['training', [[10, accept('c')]]],
  [
    'aggregating',
    [
      [10, accept('a')],
      [10, accept('b')],
      [10, accept('c')],
    ],
  ],
])('R15 taking out a client whose update counts already abandons the session, %s', (state, before) => {
  const counted = script(before, three)
  expect(counted.run.state).toBe(state)
  const { run, effects } = script(
    [
      [20, excluded('c')],
      // What is still under way of the session means nothing.
      [30, { type: 'aggregated', session: 1 }],
    ],
    counted.machine,
  )
  expect(effects).toEqual([
    { type: 'abort-session', round: 1, session: 1, reason: 'excluded' },
    { type: 'open-session', round: 1, session: 2, cohort: ['a', 'b'] },
  ])
  expect(run).toMatchObject({ state: 'training', session: 2, accepted: [] })
})

test('R15 a session that is too small without who is taken out opens anew at once, with others in its place', () => {
  const { effects } = script([[10, excluded('a')]], { ...training.machine, present: ['a', 'b', 'c'] })
  expect(effects).toEqual([
    { type: 'abort-session', round: 1, session: 1, reason: 'excluded' },
    { type: 'open-session', round: 1, session: 2, cohort: ['b', 'c'] },
  ])
})

test('R15 with too few left the round stays open until enough are there', () => {
  const { run, effects } = script(
    [
      [10, accept('a')],
      [20, excluded('a')],
      [90, { type: 'tick' }],
    ],
    { ...training.machine, present: ['a', 'b'] },
  )
  expect(effects).toEqual([{ type: 'abort-session', round: 1, session: 1, reason: 'excluded' }])
  expect(run).toEqual({ state: 'open', round: 1, session: 2, since: 20 })
})

test('R15 taking out a client while its model is formed keeps to a pause that was asked for', () => {
  const { run } = script(
    [
      [1, accept('a')],
      [1, accept('b')],
      [2, { type: 'paused' }],
      [3, excluded('b')],
    ],
    training.machine,
  )
  expect(run).toMatchObject({ state: 'paused', round: 1, session: 2 })
})

test('R15 a published model stays, and its evaluation by who is taken out is not awaited', () => {
  const last: RoundMachine = {
    present: ['a', 'b'],
    away: {},
    run: { state: 'evaluating', round: 3, session: 4, since: 0, deadline: 500, waiting: ['b'] },
  }
  const { run } = script([[1, excluded('b')]], last)
  expect(run).toEqual({ state: 'ended', rounds: 3, reason: 'completed' })
})

test('the deadline closes the round with the minimum', () => {
  const { effects } = script(
    [
      [20, accept('a')],
      [30, accept('b')],
      [1000, { type: 'tick' }],
    ],
    three,
  )
  expect(effects).toEqual([{ type: 'aggregate', round: 1, session: 1, clients: ['a', 'b'] }])
})

test('with too few updates the same round opens again as a new session', () => {
  const { run, effects } = script(
    [
      [20, accept('a')],
      [1000, { type: 'tick' }],
    ],
    three,
  )
  expect(effects).toEqual([
    { type: 'abort-session', round: 1, session: 1, reason: 'too-few-updates' },
    { type: 'open-session', round: 1, session: 2, cohort: ['a', 'b', 'c'] },
  ])
  expect(run).toMatchObject({ state: 'training', round: 1, session: 2, accepted: [] })
})

test('an update counts once and only in its own session', () => {
  expect(mayAnswer(training.run, 'a', 1)).toBe(true)
  expect(mayAnswer(training.run, 'a', 2)).toBe(false)
  expect(mayAnswer(training.run, 'c', 1)).toBe(false)
  const once = script([[1, accept('a')]], training.machine)
  expect(mayAnswer(once.run, 'a', 1)).toBe(false)
  expect(script([[2, accept('a')]], once.machine).run).toEqual(once.run)
})

test('a pause abandons an open session, a resume opens the same round anew', () => {
  const paused = script([[5, { type: 'paused' }]], training.machine)
  expect(paused.effects).toEqual([{ type: 'abort-session', round: 1, session: 1, reason: 'paused' }])
  expect(paused.run).toMatchObject({ state: 'paused', round: 1, session: 2 })
  expect(script([[9, { type: 'resumed' }]], paused.machine).effects).toEqual([
    { type: 'open-session', round: 1, session: 2, cohort: ['a', 'b', 'c'] },
  ])
})

test('a pause asked for during aggregation begins when the round is closed', () => {
  const { run, effects } = script(
    [
      [1, accept('a')],
      [1, accept('b')],
      [2, { type: 'paused' }],
      [3, { type: 'aggregated', session: 1 }],
      [503, { type: 'tick' }],
    ],
    training.machine,
  )
  expect(effects.at(-1)).toEqual({ type: 'close-round', round: 1, session: 1 })
  expect(run).toMatchObject({ state: 'paused', round: 2, session: 2 })
})

test('after the last round the run ends as completed', () => {
  const last: RoundMachine = {
    present: ['a'],
    away: {},
    run: { state: 'evaluating', round: 3, session: 4, since: 0, deadline: 500, waiting: ['a'] },
  }
  const { run, effects } = script([[1, { type: 'evaluated', client: 'a', round: 3 }]], last)
  expect(run).toEqual({ state: 'ended', rounds: 3, reason: 'completed' })
  expect(effects).toEqual([
    { type: 'close-round', round: 3, session: 4 },
    { type: 'end', reason: 'completed' },
  ])
})

test('after a restart an open session goes on with a fresh deadline, and the absent have the grace time', () => {
  const once = script([[1, accept('a')]], training.machine)
  const { machine, effects } = script([[5000, { type: 'restored' }]], restoredMachine(once.run))
  expect(effects).toEqual([{ type: 'open-session', round: 1, session: 1, cohort: ['a', 'b'] }])
  expect(machine.run).toMatchObject({ state: 'training', accepted: ['a'], deadline: 6000 })
  expect(nextDeadline(machine)).toBe(5100)
})

test.each<[RunState, RunEffect]>([
  [
    { state: 'aggregating', round: 2, session: 3, since: 0, cohort: ['a', 'b'], accepted: ['a', 'b'] },
    { type: 'aggregate', round: 2, session: 3, clients: ['a', 'b'] },
  ],
  [
    { state: 'evaluating', round: 2, session: 3, since: 0, deadline: 1, waiting: ['b'] },
    { type: 'publish', round: 2, session: 3, evaluate: ['b'] },
  ],
])('after a restart a cut-off effect is issued again: %o', (run, effect) => {
  expect(script([[9, { type: 'restored' }]], restoredMachine(run)).effects).toEqual([effect])
})

test.each<RunState>([
  training.run,
  { state: 'aggregating', round: 1, session: 1, since: 0, cohort: ['a', 'b'], accepted: ['a', 'b'] },
])('a session whose sum cannot be formed is abandoned, and its round opens anew: $state', (run) => {
  const { effects } = script([[5, { type: 'unusable', session: 1 }]], { run, present: ['a', 'b'], away: {} })
  expect(effects).toEqual([
    { type: 'abort-session', round: 1, session: 1, reason: 'unusable' },
    { type: 'open-session', round: 1, session: 2, cohort: ['a', 'b'] },
  ])
})

test('the last model is measured before the run ends; formed right after a restart, by those who trained it', () => {
  const run: RunState = {
    state: 'aggregating',
    round: 3,
    session: 1,
    since: 0,
    cohort: ['a', 'b'],
    accepted: ['a', 'b'],
  }
  const { effects } = script([[9, { type: 'aggregated', session: 1 }]], restoredMachine(run))
  expect(effects).toEqual([{ type: 'publish', round: 3, session: 1, evaluate: ['a', 'b'] }])
})

test('models are measured each n-th round and after the last', () => {
  const measured = (evaluateEvery: number) =>
    [0, 1, 2, 3, 4, 5].filter((round) => isMeasured(round, { ...plan, rounds: 5, evaluateEvery }))
  expect(measured(1)).toEqual([1, 2, 3, 4, 5])
  expect(measured(2)).toEqual([2, 4, 5])
})

const client = fc.constantFrom('a', 'b', 'c', 'd')
const anyEvent: fc.Arbitrary<RunEvent> = fc.oneof(
  fc.constantFrom<RunEvent>(
    { type: 'started' },
    { type: 'paused' },
    { type: 'resumed' },
    { type: 'tick' },
    { type: 'restored' },
  ),
  fc.record({
    type: fc.constantFrom('arrived' as const, 'lost' as const, 'withdrew' as const, 'excluded' as const),
    client,
  }),
  fc.record({ type: fc.constant('accepted' as const), client, session: fc.integer({ min: 1, max: 6 }) }),
  fc.record({
    type: fc.constantFrom('aggregated' as const, 'unusable' as const),
    session: fc.integer({ min: 1, max: 6 }),
  }),
  fc.record({ type: fc.constant('evaluated' as const), client, round: fc.integer({ min: 1, max: 3 }) }),
)

test('under any events: every round once, sessions never reused, sums only over accepted cohort members', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(400), anyEvent), { maxLength: 120 }), (list) => {
      let now = 0
      let machine = newMachine
      let opened = 0
      const published: number[] = []
      const cohorts = new Map<number, readonly string[]>()
      const takenOut = new Set<string>()
      for (const [wait, event] of [[0, { type: 'started' }] as [number, RunEvent], ...list]) {
        now += wait
        if (event.type === 'excluded' && 'session' in machine.run)
          takenOut.add(`${machine.run.session} ${event.client}`)
        const [next, effects] = step(machine, event, { plan, now })
        for (const effect of effects) {
          if (effect.type === 'open-session' && event.type !== 'restored') {
            expect(effect.session).toBeGreaterThan(opened)
            opened = effect.session
            cohorts.set(effect.session, effect.cohort)
          }
          if (effect.type === 'aggregate') {
            expect(effect.clients.length).toBeGreaterThanOrEqual(plan.minClients)
            expect(new Set(effect.clients).size).toBe(effect.clients.length)
            for (const one of effect.clients) {
              expect(cohorts.get(effect.session)).toContain(one)
              expect(takenOut).not.toContain(`${effect.session} ${one}`)
            }
          }
          if (effect.type === 'close-round') published.push(effect.round)
        }
        machine = JSON.parse(JSON.stringify(next))
        expect(machine).toEqual(next)
        if (machine.run.state === 'training') expect(machine.run.cohort.length).toBeGreaterThanOrEqual(plan.minClients)
      }
      expect(published).toEqual(published.map((_, index) => index + 1))
    }),
    { numRuns: 500 },
  )
})

test('whoever remains, a run with its minimum present always ends', () => {
  let { machine } = training
  for (let now = 10; machine.run.state !== 'ended' && now < 1000; now += 10) {
    const run = machine.run
    const events: RunEvent[] =
      run.state === 'training'
        ? run.cohort.map((one) => accept(one, run.session))
        : run.state === 'aggregating'
          ? [{ type: 'aggregated', session: run.session }]
          : run.state === 'evaluating'
            ? run.waiting.map((one) => ({ type: 'evaluated', client: one, round: run.round }))
            : [{ type: 'tick' }]
    machine = script(
      events.map((event) => [now, event]),
      machine,
    ).machine
  }
  expect(machine.run).toEqual({ state: 'ended', rounds: 3, reason: 'completed' })
})

test('an aborted round draws anew, so that a client that hangs is not drawn into it for ever', () => {
  const half = { ...plan, fraction: 0.5 }
  let machine = newMachine
  const cohorts = new Set<string>()
  const happens = (now: number, event: RunEvent) => {
    const [next, effects] = step(machine, event, { plan: half, now })
    machine = next
    for (const effect of effects) if (effect.type === 'open-session') cohorts.add(effect.cohort.join())
  }
  for (const client of ['a', 'b', 'c', 'd']) happens(0, arrive(client))
  happens(0, { type: 'started' })
  for (let attempt = 1; attempt <= 10; attempt++) happens(1000 * attempt, { type: 'tick' })
  expect(machine.run).toMatchObject({ state: 'training', round: 1, session: 11 })
  expect(cohorts.size).toBeGreaterThan(1)
})
