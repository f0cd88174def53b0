import { expect, test } from 'vitest'
import { firstSnapshot, withLoss, withRound, withSession, withStatus, withWork } from './snapshot.ts'

const first = firstSnapshot(1000)
const past = { kept: 0, spent: 0 }

test('time left follows from the pace of the phase, and begins anew with each', () => {
  const step = { round: 2, phase: 'training', fraction: 0 } as const
  const begun = withWork(first, step, 10_000)
  expect(begun.work).toEqual({ ...step, since: 10_000 })
  // A quarter in 5 s: three quarters in 15 s.
  expect(withWork(begun, { ...step, fraction: 0.25 }, 15_000).work?.secondsLeft).toBe(15)
  expect(withWork(begun, { ...step, phase: 'uploading', fraction: 0.5 }, 15_000).work?.since).toBe(15_000)
  expect(withWork(begun, { ...step, round: 3 }, 15_000).work?.since).toBe(15_000)
  const half = withWork(begun, { ...step, fraction: 0.5 }, 15_000)
  expect(withWork(half, step, 20_000).work).toEqual({ ...step, since: 20_000 })
})

test('work is shown while something is under way, the connection with the time at which it changed', () => {
  const at = { past, round: 1, session: 1 }
  const working = withWork(first, { round: 1, phase: 'training', fraction: 0.5 }, 2000)
  const joined = withSession(working, { state: 'training', ...at, link: 'joined' }, 3000)
  expect(joined).toMatchObject({ work: { phase: 'training' }, connection: { link: 'joined', since: 3000 } })
  const still = withSession(joined, { state: 'downloading', ...at, link: 'joined' }, 4000)
  expect(still.connection.since).toBe(3000)
  const lost = withSession(still, { state: 'training', ...at, link: 'connecting' }, 5000)
  expect(lost).toMatchObject({ work: { phase: 'training' }, connection: { link: 'connecting', since: 5000 } })
  const waiting = withSession(lost, { state: 'waiting', past }, 6000)
  expect(waiting.work).toBeUndefined()
  expect(waiting.connection).toEqual({ link: 'joined', since: 6000 })
})

test('why it is paused, ended or refused is gone with the state', () => {
  const paused = withSession(first, { state: 'paused', past, link: 'joined', because: 'failed' }, 2000)
  expect(paused.because).toBe('failed')
  expect(withSession(paused, { state: 'waiting', past }, 3000).because).toBeUndefined()
  const refusal = { code: 'replaced', message: 'elsewhere' } as const
  const refused = withSession(first, { state: 'refused', refusal }, 2000)
  expect(refused).toMatchObject({ refusal, connection: { link: 'offline' } })
  expect(withSession(refused, { state: 'connecting', past }, 3000).refusal).toBeUndefined()
})

test('the coordinator’s deadline in our time', () => {
  const status = { state: 'running', round: 1, rounds: 3, clients: 2, minClients: 2 } as const
  expect(withStatus(first, { ...status, now: 60_000, deadline: 70_000 }, 1000).status).toEqual({
    ...status,
    deadline: 11_000,
    skewMs: 59_000,
  })
  expect(withStatus(first, { ...status, now: 60_000, deadline: null }, 1000).status?.deadline).toBeNull()
})

test('a long curve keeps its shape and its last point within bounds', () => {
  let snapshot = first
  for (let i = 0; i < 10_000; i++) snapshot = withLoss(snapshot, { at: i, loss: 1 / (i + 1) })
  expect(snapshot.loss.length).toBeLessThanOrEqual(2_000)
  expect(snapshot.loss.at(0)).toEqual({ at: 0, loss: 1 })
  expect(snapshot.loss.at(-1)?.at).toBe(9_999)
  expect(snapshot.loss.every((point, i) => i === 0 || point.at > snapshot.loss[i - 1].at)).toBe(true)
})

test('what is known of a round adds up, rounds in order', () => {
  const later = withRound(first, 2, { outcome: 'open', loss: 2 })
  const both = withRound(withRound(later, 1, { images: 5 }), 2, { outcome: 'counted' })
  expect(both.rounds).toEqual([
    { round: 1, outcome: 'watched', images: 5 },
    { round: 2, outcome: 'counted', loss: 2 },
  ])
})
