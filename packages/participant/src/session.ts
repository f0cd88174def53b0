/**
 * The session machine: `step(session, event) → [session, effects]`, pure. It decides what a client does next, whatever
 * order connection, coordinator, person and learner report in; `participate.ts` carries the effects out. An event
 * that means nothing in the present state changes nothing.
 */
import type { Past, Session, SessionEffect, SessionEvent, SessionRefusal, SessionTask } from './session-types.ts'

export type SessionStep = readonly [Session, readonly SessionEffect[]]

export function step(session: Session, event: SessionEvent): SessionStep {
  switch (event.type) {
    case 'started':
      return start(session, event.kept)
    case 'connected':
      return connected(session)
    case 'joined':
      return joined(session, event.task)
    case 'lost':
      return lost(session)
    case 'tasked':
      return tasked(session, event.task)
    case 'aborted':
      return aborted(session, event.session)
    case 'downloaded':
      return session.state === 'downloading' && session.session === event.session
        ? [{ ...session, state: 'training' }, []]
        : stay(session)
    case 'sealed':
      return sealed(session, event.session)
    case 'settled':
      return settled(session, event.session)
    case 'evaluated':
      return session.state === 'evaluating' && session.round === event.round
        ? [{ state: 'waiting', past: session.past }, []]
        : stay(session)
    case 'failed':
      return failed(session, event.passing ?? false)
    case 'paused':
      return pause(session)
    case 'resumed':
      return resume(session)
    case 'ended':
      return finish(session, { state: 'ended', because: 'completed' })
    case 'left':
      return finish(session, { state: 'ended', because: 'left' })
    case 'refused':
      return refuse(session, event.refusal)
  }
}

/** True while the coordinator knows this client on the present connection. */
export function isJoined(session: Session): session is Alive {
  return session.state === 'waiting' || session.state === 'uploading' || session.state === 'evaluating'
    ? true
    : 'link' in session && session.link === 'joined'
}

type Alive = Exclude<Session, { state: 'idle' | 'ended' | 'refused' }>

function isAlive(session: Session): session is Alive {
  return 'past' in session
}

function isWorking(session: Session): boolean {
  return ['downloading', 'training', 'uploading', 'evaluating'].includes(session.state)
}

function start(session: Session, kept: number): SessionStep {
  return isAlive(session)
    ? stay(session)
    : [{ state: 'connecting', past: { kept, spent: kept } }, [{ type: 'connect' }]]
}

function connected(session: Session): SessionStep {
  if (session.state === 'connecting') return [{ ...session, state: 'joining' }, [{ type: 'join' }]]
  return 'link' in session && session.link === 'connecting'
    ? [{ ...session, link: 'joining' }, [{ type: 'join' }]]
    : stay(session)
}

function joined(session: Session, task: SessionTask): SessionStep {
  if (session.state === 'joining') return assign({ ...session, state: 'waiting' }, task)
  if (!('link' in session) || session.link !== 'joining') return stay(session)
  if (session.state === 'paused') return [{ ...session, link: 'joined' }, [{ type: 'withdraw', reason: 'paused' }]]
  return assign({ ...session, link: 'joined' }, task)
}

function lost(session: Session): SessionStep {
  if (!isAlive(session)) return stay(session)
  if ('link' in session) return [{ ...session, link: 'connecting' }, []]
  const stopping = session.state === 'uploading' ? [{ type: 'interrupt' } as const] : abandoning(session)
  return [{ state: 'connecting', past: session.past }, stopping]
}

/** An update under way may be counted at this moment: what is to be done next waits until that is known. */
function tasked(session: Session, task: SessionTask): SessionStep {
  if (!isJoined(session)) return stay(session)
  return session.state === 'uploading' ? [{ ...session, next: task }, []] : assign(session, task)
}

/** What a joined client does about a task: go on with it, or leave what it was at and begin it. */
function assign(session: Alive, task: SessionTask): SessionStep {
  if (session.state === 'paused' || isAtWorkOn(session, task)) return stay(session)
  return after(abandoning(session), begin(session.past, task))
}

function begin(past: Past, task: SessionTask): SessionStep {
  if (task.task === 'train' && task.accepted) {
    const settled = { kept: 0, spent: Math.max(past.spent, task.session) }
    return [{ state: 'waiting', past: settled }, discarding(past)]
  }
  if (past.kept !== 0) return uploading(past, task)
  if (task.task === 'evaluate')
    return [{ state: 'evaluating', past, round: task.round }, [{ type: 'evaluate', round: task.round }]]
  // What was finished once is not trained again, whatever became of it.
  if (task.task === 'none' || task.session <= past.spent) return [{ state: 'waiting', past }, []]
  const { round, session } = task
  return [{ state: 'downloading', past, round, session, link: 'joined' }, [{ type: 'train', round, session }]]
}

function uploading(past: Past, next: SessionTask): SessionStep {
  return [{ state: 'uploading', past, session: past.kept, next }, [{ type: 'upload', session: past.kept }]]
}

function isAtWorkOn(session: Alive, task: SessionTask): boolean {
  if (task.task === 'evaluate') return session.state === 'evaluating' && session.round === task.round
  return task.task === 'train' && !task.accepted && 'session' in session && session.session === task.session
}

function aborted(session: Session, number: number): SessionStep {
  if (!isJoined(session)) return stay(session)
  if ('session' in session && session.session === number) {
    const next: SessionTask = session.state === 'uploading' ? session.next : { task: 'none' }
    const before = [...abandoning(session), ...discarding(session.past)]
    return after(before, assign({ state: 'waiting', past: { kept: 0, spent: number } }, next))
  }
  if (session.past.kept !== number || number === 0) return stay(session)
  return [{ ...session, past: { ...session.past, kept: 0 } }, discarding(session.past)]
}

function sealed(session: Session, number: number): SessionStep {
  if (session.state !== 'training' || session.session !== number) return stay(session)
  const past = { kept: number, spent: number }
  return session.link === 'joined' ? uploading(past, { task: 'none' }) : [{ state: session.link, past }, []]
}

function settled(session: Session, number: number): SessionStep {
  if (session.state !== 'uploading' || session.session !== number) return stay(session)
  const { past, next } = session
  return after([{ type: 'discard' }], assign({ state: 'waiting', past: { ...past, kept: 0 } }, next))
}

/**
 * The person decides whether to try again: a device that fails once would fail every round. Who tries again is awaited
 * by the coordinator, so there must be something to send: the same update, or a new one in place of a refused one.
 */
function failed(session: Session, passing: boolean): SessionStep {
  if (!isAlive(session) || !isWorking(session)) return stay(session)
  const dropped = session.state === 'uploading' && !passing
  const past = dropped ? { kept: 0, spent: session.session - 1 } : session.past
  return [
    { state: 'paused', past, link: linkOf(session), because: 'failed' },
    [...(dropped ? discarding(session.past) : []), ...withdrawing(session, 'failed')],
  ]
}

function pause(session: Session): SessionStep {
  if (!isAlive(session) || session.state === 'paused') return stay(session)
  return [
    { state: 'paused', past: session.past, link: linkOf(session), because: 'asked' },
    [...abandoning(session), ...withdrawing(session, 'paused')],
  ]
}

function resume(session: Session): SessionStep {
  if (session.state !== 'paused') return stay(session)
  const { past, link } = session
  return link === 'joined' ? [{ state: 'waiting', past }, [{ type: 'return' }]] : [{ state: link, past }, []]
}

function finish(session: Session, end: Extract<Session, { state: 'ended' }>): SessionStep {
  if (!isAlive(session)) return stay(session)
  const goodbye = end.because === 'left' ? withdrawing(session, 'left') : []
  return [end, [...abandoning(session), ...discarding(session.past), ...goodbye, { type: 'disconnect' }]]
}

/** A kept update stays: whoever joins again may still deliver it. */
function refuse(session: Session, refusal: SessionRefusal): SessionStep {
  const next: Session = { state: 'refused', refusal }
  if (isAlive(session)) return [next, [...abandoning(session), { type: 'disconnect' }]]
  return session.state === 'ended' ? stay(session) : [next, []]
}

function linkOf(session: Alive) {
  if ('link' in session) return session.link
  return session.state === 'connecting' || session.state === 'joining' ? session.state : 'joined'
}

function withdrawing(session: Alive, reason: 'paused' | 'left' | 'failed'): readonly SessionEffect[] {
  if (!isJoined(session)) return []
  return [{ type: 'withdraw', reason, ...(reason === 'failed' && { during: session.state }) }]
}

const abandoning = (session: Session): readonly SessionEffect[] => (isWorking(session) ? [{ type: 'abandon' }] : [])
const discarding = (past: Past): readonly SessionEffect[] => (past.kept === 0 ? [] : [{ type: 'discard' }])
const after = (before: readonly SessionEffect[], [session, effects]: SessionStep): SessionStep => [
  session,
  [...before, ...effects],
]
const stay = (session: Session): SessionStep => [session, []]
