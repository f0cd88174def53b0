import { drawCohort } from './cohort.ts'
import { type RoundMachine, awayFrom, exclude, mayAnswer, notePresence, omit, withOut } from './presence.ts'
import type {
  AbortReason,
  AggregatingState,
  EndReason,
  EvaluatingState,
  RunEffect,
  RunEvent,
  RunPlan,
  RunState,
  TrainingState,
} from './run-state.ts'

/**
 * The round machine: `step(machine, event) → [machine, effects]`, pure. `run` is journalled before the effects run. A
 * cohort closes on a deadline with a minimum of updates, or as soon as nobody who could still answer is missing; never
 * on 'everyone answered'.
 */
export type Step = readonly [RoundMachine, readonly RunEffect[]]

export const newMachine: RoundMachine = { run: { state: 'idle' }, present: [], away: {} }

/** A machine as it is after a restart: what was journalled, and nobody connected. */
export function restoredMachine(run: RunState): RoundMachine {
  return { run, present: [], away: {} }
}

/** One event. `now` is in epoch milliseconds. An event that means nothing in the present state changes nothing. */
export function step(machine: RoundMachine, event: RunEvent, { plan, now }: { plan: RunPlan; now: number }): Step {
  const known = notePresence(machine, event, now + plan.graceMs)
  return settle(react(known, event, plan, now), plan, now)
}

/** Whether clients measure the model of this round. */
export function isMeasured(round: number, plan: RunPlan): boolean {
  return round > 0 && (round % plan.evaluateEvery === 0 || round === plan.rounds)
}

/** The next time at which a `tick` can change something, or `undefined`. */
export function nextDeadline(machine: RoundMachine): number | undefined {
  const { run } = machine
  if (run.state === 'evaluating') return run.deadline
  if (run.state !== 'training') return undefined
  return Math.min(run.deadline, ...Object.values(machine.away))
}

function react(machine: RoundMachine, event: RunEvent, plan: RunPlan, now: number): Step {
  const { run } = machine
  switch (event.type) {
    case 'started':
      return run.state === 'idle' ? enter(machine, { state: 'open', round: 1, session: 1, since: now }) : stay(machine)
    case 'paused':
      return pause(machine, now)
    case 'resumed':
      return resume(machine, now)
    case 'stopped':
      return stop(machine)
    case 'withdrew':
      return run.state === 'training' ? enter(machine, withOut(run, [event.client])) : without(machine, event.client)
    case 'excluded':
      return takeOut(machine, event.client, { plan, now })
    case 'lost':
      return run.state === 'evaluating' ? without(machine, event.client) : stay(machine)
    case 'accepted':
      if (!mayAnswer(run, event.client, event.session)) return stay(machine)
      return enter(
        { ...machine, away: omit(machine.away, event.client) },
        { ...run, accepted: [...run.accepted, event.client], out: exclude(run.out, event.client) },
      )
    case 'aggregated':
      if (run.state !== 'aggregating' || run.session !== event.session) return stay(machine)
      return publish(machine, plan, now)
    case 'unusable':
      if ((run.state !== 'training' && run.state !== 'aggregating') || run.session !== event.session)
        return stay(machine)
      return abort(machine, run, { reason: 'unusable', now })
    case 'evaluated':
      return run.state === 'evaluating' && run.round === event.round ? without(machine, event.client) : stay(machine)
    case 'restored':
      return restore(machine, plan, now)
    case 'arrived':
      return run.state === 'training' ? enter(machine, { ...run, out: exclude(run.out, event.client) }) : stay(machine)
    case 'tick':
      return stay(machine)
  }
}

/** Takes every transition that the state itself allows, until none is left. */
function settle([machine, effects]: Step, plan: RunPlan, now: number): Step {
  const [next, more] = advance(machine, plan, now)
  return next === machine ? [machine, effects] : settle([next, [...effects, ...more]], plan, now)
}

function advance(machine: RoundMachine, plan: RunPlan, now: number): Step {
  const { run } = machine
  if (run.state === 'open' && machine.present.length >= plan.minClients) return openSession(machine, plan, now)
  if (run.state === 'training') return advanceTraining(machine, run, { plan, now })
  if (run.state === 'evaluating' && (run.waiting.length === 0 || now >= run.deadline))
    return close(machine, run, { plan, now })
  return stay(machine)
}

function openSession(machine: RoundMachine, plan: RunPlan, now: number): Step {
  if (machine.run.state !== 'open') return stay(machine)
  const { round, session } = machine.run
  // By session: an aborted round draws anew, else one client that hangs would be drawn into it again for ever.
  const cohort = drawCohort(machine.present, { ...plan, round: session })
  const run: RunState = {
    state: 'training',
    round,
    session,
    since: now,
    deadline: now + plan.deadlineMs,
    cohort,
    accepted: [],
    out: [],
  }
  return [{ ...machine, run, away: {} }, [{ type: 'open-session', round, session, cohort }]]
}

function advanceTraining(
  machine: RoundMachine,
  run: TrainingState,
  { plan, now }: { plan: RunPlan; now: number },
): Step {
  const givenUp = Object.keys(machine.away).filter((client) => now >= machine.away[client])
  if (givenUp.length > 0) return enter({ ...machine, away: omit(machine.away, ...givenUp) }, withOut(run, givenUp))
  const enough = run.accepted.length >= plan.minClients
  const nobodyMissing = run.accepted.length + run.out.length === run.cohort.length
  if (enough && (nobodyMissing || now >= run.deadline)) {
    const { round, session, cohort } = run
    const accepted = [...run.accepted].sort()
    return [
      { ...machine, run: { state: 'aggregating', round, session, since: now, cohort, accepted }, away: {} },
      [{ type: 'aggregate', round, session, clients: accepted }],
    ]
  }
  return nobodyMissing || now >= run.deadline ? abort(machine, run, { reason: 'too-few-updates', now }) : stay(machine)
}

/** The same round again under a new session: nothing of the old one counts. */
function abort(
  machine: RoundMachine,
  run: TrainingState | AggregatingState,
  { reason, now }: { reason: AbortReason; now: number },
): Step {
  const { round, session } = run
  const state = run.state === 'aggregating' && run.thenPause ? 'paused' : 'open'
  return [
    { ...machine, run: { state, round, session: session + 1, since: now }, away: {} },
    [{ type: 'abort-session', round, session, reason }],
  ]
}

/** As if it had not been drawn; but a session is given up whose sum its update is in, or that is too small without it. */
function takeOut(machine: RoundMachine, client: string, { plan, now }: { plan: RunPlan; now: number }): Step {
  const { run } = machine
  if (run.state === 'aggregating' && run.accepted.includes(client))
    return abort(machine, run, { reason: 'excluded', now })
  if (run.state !== 'training') return without(machine, client)
  if (!run.cohort.includes(client)) return stay(machine)
  const cohort = exclude(run.cohort, client)
  return run.accepted.includes(client) || cohort.length < plan.minClients
    ? abort(machine, run, { reason: 'excluded', now })
    : enter(machine, { ...run, cohort, out: exclude(run.out, client) })
}

function publish(machine: RoundMachine, plan: RunPlan, now: number): Step {
  if (machine.run.state !== 'aggregating') return stay(machine)
  const { round, session, thenPause } = machine.run
  // Who goes on training measures the model before it trains from it, and nobody waits for that.
  const last = round === plan.rounds || thenPause === true
  // Right after a restart nobody is back yet: those who trained will be.
  const asked = machine.present.length > 0 ? machine.present : machine.run.accepted
  const waiting = last && isMeasured(round, plan) ? asked : []
  const run: RunState = {
    state: 'evaluating',
    round,
    session,
    since: now,
    deadline: now + plan.evaluationMs,
    waiting,
    ...(thenPause && { thenPause }),
  }
  return [{ ...machine, run }, [{ type: 'publish', round, session, evaluate: waiting }]]
}

function close(machine: RoundMachine, run: EvaluatingState, { plan, now }: { plan: RunPlan; now: number }): Step {
  const { round, session } = run
  const closed: RunEffect = { type: 'close-round', round, session }
  if (round >= plan.rounds) return end(machine, 'completed', [closed])
  const state = run.thenPause ? 'paused' : 'open'
  return [{ ...machine, run: { state, round: round + 1, session: session + 1, since: now } }, [closed]]
}

/** Pausing abandons an open session; a round that is being summed or measured is finished first. */
function pause(machine: RoundMachine, now: number): Step {
  const { run } = machine
  if (run.state === 'open') return enter(machine, { ...run, state: 'paused', since: now })
  if (run.state === 'aggregating' || run.state === 'evaluating') return enter(machine, { ...run, thenPause: true })
  if (run.state !== 'training') return stay(machine)
  const { round, session } = run
  return [
    { ...machine, run: { state: 'paused', round, session: session + 1, since: now }, away: {} },
    [{ type: 'abort-session', round, session, reason: 'paused' }],
  ]
}

function resume(machine: RoundMachine, now: number): Step {
  const { run } = machine
  if (run.state === 'paused') return enter(machine, { ...run, state: 'open', since: now })
  if ((run.state !== 'aggregating' && run.state !== 'evaluating') || !run.thenPause) return stay(machine)
  const { thenPause: _, ...unpaused } = run
  return enter(machine, unpaused)
}

function stop(machine: RoundMachine): Step {
  const { run } = machine
  switch (run.state) {
    case 'training':
    case 'aggregating':
      return end(machine, 'stopped', [
        { type: 'abort-session', round: run.round, session: run.session, reason: 'stopped' },
      ])
    case 'evaluating':
      return end(machine, 'stopped', [{ type: 'close-round', round: run.round, session: run.session }])
    case 'idle':
    case 'open':
    case 'paused':
      return end(machine, 'stopped', [])
    case 'ended':
      return stay(machine)
  }
}

function end(machine: RoundMachine, reason: EndReason, before: readonly RunEffect[]): Step {
  return [
    { ...machine, run: { state: 'ended', rounds: roundsDone(machine.run), reason }, away: {} },
    [...before, { type: 'end', reason }],
  ]
}

function roundsDone(run: RunState): number {
  if (run.state === 'idle') return 0
  if (run.state === 'ended') return run.rounds
  return run.state === 'evaluating' ? run.round : run.round - 1
}

/**
 * After a restart an open session goes on: its clients have a fresh deadline and may return and upload. Effects
 * that may have been cut off are issued again; the coordinator makes each of them idempotent.
 */
function restore(machine: RoundMachine, plan: RunPlan, now: number): Step {
  const { run } = machine
  switch (run.state) {
    case 'training':
      return [
        { ...machine, run: { ...run, deadline: now + plan.deadlineMs }, away: awayFrom(run, now + plan.graceMs) },
        [{ type: 'open-session', round: run.round, session: run.session, cohort: run.cohort }],
      ]
    case 'aggregating':
      return [machine, [{ type: 'aggregate', round: run.round, session: run.session, clients: run.accepted }]]
    case 'evaluating':
      return [
        { ...machine, run: { ...run, deadline: now + plan.evaluationMs } },
        [{ type: 'publish', round: run.round, session: run.session, evaluate: run.waiting }],
      ]
    case 'idle':
    case 'open':
    case 'paused':
    case 'ended':
      return stay(machine)
  }
}

/** Nobody waits for this client's evaluation any more. */
function without(machine: RoundMachine, client: string): Step {
  const { run } = machine
  return run.state === 'evaluating' ? enter(machine, { ...run, waiting: exclude(run.waiting, client) }) : stay(machine)
}

const stay = (machine: RoundMachine): Step => [machine, []]
const enter = (machine: RoundMachine, run: RunState): Step => [{ ...machine, run }, []]
