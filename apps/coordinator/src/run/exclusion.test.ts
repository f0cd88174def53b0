import { type JoinReply, type OperatorRequests, type Reply, ClientView } from '@passerby/protocol'
import * as v from 'valibot'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { freePort, spawnCoordinator } from '../../test/child-coordinator.ts'
import { attemptedJoin } from '../../test/attempted-join.ts'
import { newDataFolder } from '../../test/data-folder.ts'
import { modelFile, smallLayout } from '../../test/model.ts'
import { refusal } from '../../test/refusal.ts'
import {
  type ScriptedIdentity,
  connect,
  evaluateTask,
  join as joinBySocket,
  joinRequest,
  newIdentity,
  reportOf,
  seal,
  trainTask,
  upload,
} from '../../test/scripted-client.ts'
import { scriptedOperator } from '../../test/scripted-operator.ts'
import { createFederation, openSurroundings } from '../../test/surroundings.ts'
import {
  type Guest,
  type TestCoordinator,
  quickSettings,
  startedFederation,
  testCoordinator,
} from '../../test/test-coordinator.ts'
import { answerMember } from '../edge/requests.ts'
import { viewOf } from '../operator/views.ts'
import { apply } from './apply.ts'
import type { RunCore } from './core.ts'
import { exclude, readmit } from './exclusion.ts'
import { serially } from './interpreter.ts'
import type { Member } from './member.ts'
import { openRuns } from './runs.ts'

vi.setConfig({ testTimeout: 60_000 })

describe('the operator', () => {
  let here: TestCoordinator
  beforeAll(async () => {
    here = await testCoordinator()
  }, 60_000)
  afterAll(async () => await here.close())

  const watch = async (federation: string) => await here.operator.must('watch', { federation })
  const seen = async (federation: string, { identity }: Guest) =>
    (await watch(federation)).federation?.clients.find(({ id }) => id === identity.id)

  async function send({ identity, connection }: Guest, session: number, value = session): Promise<Reply<unknown>> {
    const config = await trainTask(connection, session)
    return await upload(connection, await seal(config, identity, { layout: smallLayout, value }), reportOf(identity))
  }

  test('R15 J9 takes out a client whose update counts: the round opens anew without it, and it stays out', async () => {
    const settings = quickSettings({ rounds: 1, cohort: { minClients: 2, deadlineSeconds: 600 } })
    const to = await startedFederation(here, settings, ['Anna', 'Ben', 'Cleo'])
    const { federation } = to
    const [anna, ben, cleo] = to.guests
    expect((await send(ben, 1)).ok).toBe(true)

    const order = { federation, client: ben.identity.id }
    await here.operator.must('exclude', { ...order, reason: ' its crops\nare wrong ' })
    const told = {
      code: 'excluded',
      message: 'The coordinator’s operator has taken this client out: its crops are wrong.',
    }
    expect(await ben.connection.notice('dismissed')).toEqual(told)
    await ben.connection.ended
    expect(await anna.connection.notice('session.aborted')).toMatchObject({ session: 1 })
    const again = await connect(here.coordinator.url)
    expect(await again.ask('join', await joinRequest(again.nonce, ben.identity, to))).toEqual({
      ok: false,
      refusal: told,
    })
    again.close()
    expect(v.parse(ClientView, await seen(federation, ben))).toMatchObject({
      state: 'gone',
      excluded: { by: 'operator', reason: 'its crops are wrong' },
    })
    expect(await seen(federation, anna)).toMatchObject({ excluded: null })

    for (const guest of [anna, cleo]) expect((await send(guest, 2)).ok).toBe(true)
    for (const { connection } of [anna, cleo]) {
      await evaluateTask(connection, 1)
      await connection.ask('evaluated', { round: 1, model: 'global', evaluation: null })
    }
    await anna.connection.notice('status', ({ state }) => state === 'ended')
    const { rounds, events } = await watch(federation)
    expect(rounds.map(({ session, outcome }) => [session, outcome])).toEqual([
      [1, 'aborted'],
      [2, 'published'],
    ])
    expect(new Set(rounds[1].contributions.map(({ alias }) => alias))).toEqual(new Set(['Anna', 'Cleo']))
    const at = events.findIndex(({ kind }) => kind === 'excluded')
    expect(events.slice(at, at + 3)).toMatchObject([
      { level: 'warning', client: ben.identity.id, message: 'Ben was taken out by the operator: its crops are wrong' },
      { kind: 'abort-session', message: 'Round 1 was abandoned: a client was taken out that it cannot do without' },
      { kind: 'open-session', message: 'Round 1 opened with 2 clients' },
    ])

    // J8: there is nothing left to keep it from.
    const after = await connect(here.coordinator.url)
    expect(await joinBySocket(after, ben.identity, to)).toMatchObject({ status: { state: 'ended' }, task: null })
    after.close()
  })

  test('R15 takes out a client that is still training: the others’ round goes on, and its record says so', async () => {
    const to = await startedFederation(here, quickSettings({ rounds: 2 }), ['Anna', 'Ben', 'Cleo'])
    const { federation } = to
    const [anna, ben, cleo] = to.guests
    for (const { connection } of to.guests) await trainTask(connection, 1)
    const order = { federation, client: cleo.identity.id }
    await here.operator.must('exclude', { ...order, reason: '' })
    expect((await cleo.connection.notice('dismissed')).message).toBe(
      'The coordinator’s operator has taken this client out.',
    )
    for (const guest of [anna, ben]) expect((await send(guest, 1)).ok).toBe(true)
    await trainTask(anna.connection, 2)
    const [record] = (await watch(federation)).rounds
    expect(new Map(record.contributions.map(({ alias, outcome }) => [alias, outcome]))).toEqual(
      new Map([
        ['Anna', 'counted'],
        ['Ben', 'counted'],
        ['Cleo', 'withdrew'],
      ]),
    )

    await here.operator.must('readmit', order)
    expect(await seen(federation, cleo)).toMatchObject({ excluded: null, state: 'gone' })
    const back = await to.admit(cleo.identity)
    // A session that opens from now on draws it like all others.
    await here.operator.must('pause', { federation })
    await here.operator.must('resume', { federation })
    await trainTask(back, 3)
    const { events } = await watch(federation)
    expect(events.find(({ kind }) => kind === 'readmitted')?.message).toBe('Cleo was let in again')
    await here.operator.must('stop', { federation })
  })

  test('is refused by name where there is nothing to take out or to let in', async () => {
    const to = await startedFederation(here, quickSettings(), ['Anna'])
    const { federation } = to
    const order = { federation, client: to.guests[0].identity.id }
    const out = { ...order, reason: '' }
    expect(await here.operator.ask('exclude', { ...out, client: '0'.repeat(32) })).toEqual(refusal('not-found'))
    expect(await here.operator.ask('readmit', { ...order, client: '0'.repeat(32) })).toEqual(refusal('not-found'))
    expect(await here.operator.ask('readmit', order)).toEqual(refusal('wrong-state'))
    await here.operator.must('exclude', out)
    expect(await here.operator.ask('exclude', out)).toEqual(refusal('wrong-state'))
    await here.operator.must('readmit', order)
    await here.operator.must('stop', { federation })
    expect(await here.operator.ask('exclude', out)).toEqual(refusal('wrong-state'))
  })
})

const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function attempt(...attempted: Parameters<typeof attemptedJoin>) {
  const reply = await attemptedJoin(...attempted)
  return reply.ok ? (reply.value.task ?? 'in') : reply.refusal.code
}

/** A run that was started with three clients, all of them training. */
async function training() {
  const place = await openSurroundings()
  closers.push(() => place.close())
  const runs = await openRuns(place.around)
  const settings = { name: 'Three', cohort: { minClients: 2 } }
  const to = await createFederation(place.around, runs, { settings, layout: smallLayout })
  const people = [await newIdentity('Anna'), await newIdentity('Ben'), await newIdentity('Cleo')]
  for (const identity of people) await attempt(runs, identity, to)
  await serially(to.core, () => apply(to.core, { type: 'started' }))
  await runs.idle()
  return { around: place.around, runs, to, people }
}

function memberOf({ members }: RunCore, { id }: ScriptedIdentity): Member {
  const member = members.get(id)
  if (!member) throw new Error('no such member')
  return member
}

const decision = { by: 'operator', reason: 'a test' } as const

test('J9 R15 a restarted coordinator remembers who is taken out, and who was let in again', async () => {
  const { around, runs, to, people } = await training()
  const [anna, ben] = people
  await serially(to.core, () => exclude(to.core, memberOf(to.core, ben), decision))
  await runs.stop()

  const second = await openRuns(around)
  const core = second.get(to.federation)
  if (!core) throw new Error('the run is gone')
  expect(core.machine.run).toMatchObject({ state: 'training', session: 1 })
  expect('cohort' in core.machine.run && core.machine.run.cohort).not.toContain(ben.id)
  expect(memberOf(core, ben).excluded).toMatchObject(decision)
  expect(await attempt(second, ben, to)).toBe('excluded')
  expect(await attempt(second, anna, to)).toMatchObject({ task: 'train' })
  await serially(core, () => readmit(core, memberOf(core, ben)))
  await second.stop()

  const third = await openRuns(around)
  // Not in the session that it was taken out of.
  expect(await attempt(third, ben, to)).toBe('in')
  await third.stop()
})

test('R15 the operator sees whose update counts in the open session, also of those who left or paused', async () => {
  const { runs, to, people } = await training()
  const { core } = to
  const [anna, ben, cleo] = people
  const seen = async () => (await viewOf(core)).clients.map(({ alias, state, part }) => [alias, state, part])
  const { run } = core.machine
  if (run.state !== 'training') throw new Error('nothing is open')
  await serially(core, async () => {
    for (const client of [anna.id, ben.id]) await apply(core, { type: 'accepted', client, session: run.session })
    await apply(core, { type: 'lost', client: anna.id })
    memberOf(core, anna).connection = undefined
    await apply(core, { type: 'withdrew', client: ben.id })
    memberOf(core, ben).withdrawn = 'paused'
    expect(await seen()).toEqual([
      ['Anna', 'gone', 'counted'],
      ['Ben', 'paused', 'counted'],
      ['Cleo', 'waiting', 'drawn'],
    ])
    await apply(core, { type: 'withdrew', client: cleo.id })
    expect(core.machine.run.state).toBe('aggregating')
    expect(await seen()).toEqual([
      ['Anna', 'gone', 'counted'],
      ['Ben', 'paused', 'counted'],
      ['Cleo', 'late', 'drawn'],
    ])
    await apply(core, { type: 'unusable', session: run.session })
    expect((await seen()).map(([, , part]) => part)).toEqual([null, null, null])
  })
  await runs.stop()
})

test('R15 nothing that was under way when a client was taken out counts or brings it back', async () => {
  const { runs, to, people } = await training()
  const { core } = to
  const member = memberOf(core, people[1])
  const { run } = core.machine
  const config = core.open?.configOf(member.id)
  if (!config || run.state !== 'training') throw new Error('nothing is open')
  const sealed = await seal(config, people[1], { layout: smallLayout, value: 1 })
  let go: () => void = () => undefined
  void core.events.add(() => new Promise<void>((resolve) => (go = resolve)))
  const taken = serially(core, () => exclude(core, member, decision))
  const back = answerMember(core, member, { event: 'return', message: {}, bytes: undefined })
  const queued = vi.spyOn(core.events, 'add')
  const waiting = attempt(runs, people[1], to)
  // Its token and its proof are found good, and all that it waits for is its turn.
  await vi.waitFor(() => expect(queued).toHaveBeenCalled())
  go()
  await taken
  expect(await back).toEqual(refusal('excluded'))
  expect(await waiting).toBe('excluded')
  const begin = { header: { ...sealed.header, v: 1, mode: 'sealed' } as const, enc: sealed.enc }
  const begun = await answerMember(core, member, { event: 'update.begin', message: begin, bytes: undefined })
  expect(begun).toEqual(refusal('not-in-cohort'))
  expect(core.machine.present).not.toContain(member.id)
  await runs.stop()
})

test('J9 R15 what the operator was answered holds, also when the coordinator is killed at once', async () => {
  const data = await newDataFolder()
  closers.push(() => data.remove())
  const port = await freePort()
  const start = () => spawnCoordinator(['--port', String(port), '--data', data.path, '--log', 'silent'])
  let child = await start()
  closers.push(() => child.end('SIGKILL'))
  async function command<Event extends 'exclude' | 'readmit'>(event: Event, request: OperatorRequests[Event]) {
    const operator = await scriptedOperator(child.url, child.operatorToken)
    await operator.must(event, request)
    await child.end('SIGKILL')
    operator.close()
    child = await start()
  }
  const joined = async (identity: ScriptedIdentity) => {
    const connection = await connect(child.url)
    const reply = await connection.ask('join', await joinRequest(connection.nonce, identity, to))
    return { connection, reply: reply as Reply<JoinReply> }
  }
  const operator = await scriptedOperator(child.url, child.operatorToken)
  const to = await operator.prepare(quickSettings(), modelFile(smallLayout))
  await operator.must('start', { federation: to.federation })
  operator.close()
  const [anna, ben] = [await newIdentity('Anna'), await newIdentity('Ben')]
  await joined(anna)
  const { connection } = await joined(ben)
  const sealed = await seal(await trainTask(connection, 1), ben, { layout: smallLayout, value: 1 })
  expect((await upload(connection, sealed, reportOf(ben))).ok).toBe(true)

  const order = { federation: to.federation, client: ben.id }
  await command('exclude', { ...order, reason: 'a test' })
  expect((await joined(ben)).reply).toEqual(refusal('excluded'))
  const { reply } = await joined(anna)
  // The round that its update was in waits to be opened anew, with others.
  expect(reply).toMatchObject({ ok: true, value: { status: { state: 'running', round: 1 }, task: null } })

  await command('readmit', order)
  await joined(anna)
  const back = await joined(ben)
  expect(back.reply.ok).toBe(true)
  await trainTask(back.connection, 2)
  back.connection.close()
}, 120_000)
