import {
  type FederationView,
  type OperatorNotices,
  CardAnswer,
  FederationView as ViewSchema,
  OPERATOR_NAMESPACE,
  RoundRecord,
  RunEventView,
  operatorNotices,
  parse,
  paths,
} from '@passerby/protocol'
import { io } from 'socket.io-client'
import * as v from 'valibot'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { modelFile, smallLayout } from '../../test/model.ts'
import { refusal } from '../../test/refusal.ts'
import {
  connect,
  evaluateTask,
  join,
  newIdentity,
  reportOf,
  seal,
  trainTask,
  upload,
} from '../../test/scripted-client.ts'
import type { ScriptedOperator } from '../../test/scripted-operator.ts'
import { type TestCoordinator, quickSettings, startedFederation, testCoordinator } from '../../test/test-coordinator.ts'

vi.setConfig({ testTimeout: 60_000 })

let here: TestCoordinator
beforeAll(async () => {
  here = await testCoordinator()
}, 60_000)
afterAll(async () => await here.close())

/** One round, trained and measured. */
async function wholeRun(name: string) {
  const to = await startedFederation(here, quickSettings({ name, rounds: 1 }), ['=Anna()', 'Ben'])
  for (const { identity, connection } of to.guests) {
    const config = await trainTask(connection)
    await upload(connection, await seal(config, identity, { layout: smallLayout, value: 1 }), reportOf(identity))
  }
  for (const { connection } of to.guests) {
    await evaluateTask(connection, 1)
    await connection.ask('evaluated', {
      round: 1,
      model: 'global',
      evaluation: { rank1: 50, rank5: 60, rank10: 70, mAP: 40, queries: 8, seconds: 0.2 },
    })
  }
  await to.guests[0].connection.notice('status', ({ state }) => state === 'ended')
  return to
}

describe('the operator', () => {
  test('is let in by its token only', async () => {
    const socket = io(here.coordinator.url + OPERATOR_NAMESPACE, {
      auth: { token: 'guess' },
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
    })
    const error = await new Promise<Error & { data?: unknown }>((resolve) => socket.once('connect_error', resolve))
    expect(error.data).toMatchObject({ code: 'unauthorised' })
    socket.disconnect()
  })

  test('commands that are malformed, unknown or out of place are refused by name', async () => {
    const ask: ScriptedOperator['ask'] = (event, request) => here.operator.ask(event, request)
    expect(await ask('start', { federation: 'no-such-one' })).toEqual(refusal('not-found'))
    expect(await ask('start', { federation: 'no-such-one', extra: 1 })).toEqual(refusal('malformed'))
    expect(await ask('reboot' as 'list', {})).toEqual(refusal('malformed'))
    expect(await ask('create', { settings: { name: 'x' }, model: '0'.repeat(64) })).toEqual(refusal('not-found'))
    expect(await ask('create', { settings: { name: ' ' }, model: '0'.repeat(64) })).toEqual(refusal('malformed'))
    const { federation } = await startedFederation(here, quickSettings(), [])
    expect(await ask('start', { federation })).toEqual(refusal('wrong-state'))
    expect(await ask('resume', { federation })).toEqual(refusal('wrong-state'))
    expect(await ask('revoke', { federation, invite: 'none' })).toEqual(refusal('not-found'))
    expect(await ask('stop', { federation })).toEqual({ ok: true, value: {} })
    expect(await ask('stop', { federation })).toEqual(refusal('wrong-state'))
  })

  test('P6 a strategy that looks at public images is refused where there are none, with what to do', async () => {
    const model = await here.operator.upload(modelFile(smallLayout))
    const settings = { name: 'Groups', strategy: { name: 'fedpav', clustering: { by: 'averaged' } } }
    const reply = await here.operator.ask('create', { settings, model })
    expect(reply).toEqual(refusal('no-public-set'))
    expect(JSON.stringify(reply)).toContain('--public-set')
  })

  test('sees a run whole: view, rounds and events as the protocol describes them', async () => {
    const { federation, guests } = await wholeRun('Seen')
    const seen = await here.operator.must('watch', { federation })
    const view = v.parse(ViewSchema, seen.federation)
    expect(view).toMatchObject({
      phase: { phase: 'ended', rounds: 1, reason: 'completed' },
      summary: { id: federation, name: 'Seen', state: 'ended', clients: 2, mAP: [40] },
      updateBytes: 52,
      fingerprint: { base64url: here.coordinator.fingerprint },
    } satisfies Partial<{ [Key in keyof FederationView]: unknown }>)
    expect(new Map(view.clients.map(({ alias, weight }) => [alias, weight]))).toEqual(
      new Map([
        ['=Anna()', 1 / 3],
        ['Ben', 2 / 3],
      ]),
    )
    expect(view.clients.every(({ bytesUp, bytesDown }) => bytesUp > 500 && bytesDown > 500)).toBe(true)
    const [record] = v.parse(v.array(RoundRecord), seen.rounds)
    expect(record).toMatchObject({ outcome: 'published', loss: 1, global: { rank1: 50, mAP: 40, clients: 2 } })
    const events = v.parse(v.array(RunEventView), seen.events)
    expect(events.map(({ kind }) => kind).filter((kind) => kind !== 'arrived')).toEqual([
      'started',
      'open-session',
      'accepted',
      'accepted',
      'aggregate',
      'publish',
      'close-round',
      'end',
    ])
    expect(events.find(({ client }) => client === guests[1].identity.id)?.message).toBe('Ben is here')
    await here.operator.must('watch', { federation: null })
  })

  test('is told what changes, as the protocol describes it, and views at most twice a second', async () => {
    const to = await startedFederation(here, quickSettings(), [])
    await here.operator.must('list', {})
    await here.operator.must('watch', { federation: to.federation })
    const heard: { at: number; event: string }[] = []
    here.operator.onNotice((event, notice) => {
      const parsed = parse(operatorNotices[event as keyof OperatorNotices], notice)
      expect(parsed).toMatchObject({ ok: true })
      heard.push({ at: performance.now(), event })
    })
    for (const name of ['Anna', 'Ben', 'Cleo', 'Dora']) await to.admit(await newIdentity(name))
    await vi.waitFor(() => expect(heard.map(({ event }) => event)).toContain('round'), { timeout: 10_000 })
    expect(heard.filter(({ event }) => event === 'event').length).toBeGreaterThanOrEqual(4)
    const views = heard.filter(({ event }) => event === 'federation').map(({ at }) => at)
    const seconds = (Math.max(...views) - Math.min(...views)) / 1_000
    expect(views.length).toBeLessThanOrEqual(2 + seconds * 2)
    await here.operator.must('watch', { federation: null })
  })

  test('a stranger’s text is one clean line wherever it is shown', async () => {
    const to = await startedFederation(here, quickSettings(), [])
    const connection = await connect(here.coordinator.url)
    await join(connection, await newIdentity(' a\u0000\u202eb\n\tc\u200b '), to)
    const view = (await here.operator.must('watch', { federation: to.federation })).federation
    expect(view?.clients[0].alias).toBe('a b c')
  })
})

describe('HTTP', () => {
  const url = (path: string) => here.coordinator.url + path
  const put = async (body: Uint8Array, token: string) =>
    await fetch(url(paths.uploadModel), {
      method: 'PUT',
      body: new Blob([Buffer.from(body)]),
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' },
    })

  test('a model comes back as it was uploaded, immutable, under a name to keep', async () => {
    const file = modelFile(smallLayout, 'upload')
    const sha256 = await here.operator.upload(file)
    const answer = await fetch(url(paths.model(sha256)))
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(file)
    expect(answer.headers.get('cache-control')).toContain('immutable')
    expect(answer.headers.get('content-disposition')).toBe(
      `attachment; filename="passerby-${sha256.slice(0, 8)}.safetensors"`,
    )
    const missing = await fetch(url(paths.model('0'.repeat(64))))
    expect([missing.status, await missing.json()]).toEqual([404, expect.objectContaining({ code: 'not-found' })])
  })

  test('an upload needs the token and a model', async () => {
    const token = here.coordinator.operatorToken
    const statuses = async (body: Uint8Array, by: string) => {
      const answer = await put(body, by)
      return [answer.status, ((await answer.json()) as { code: string }).code]
    }
    expect(await statuses(modelFile(smallLayout), 'guess')).toEqual([401, 'unauthorised'])
    expect(await statuses(new Uint8Array(100), token)).toEqual([400, 'malformed'])
    const notFinite = modelFile(smallLayout)
    new DataView(notFinite.buffer).setFloat32(notFinite.length - 4, Number.NaN, true)
    expect(await statuses(notFinite, token)).toEqual([400, 'malformed'])
  })

  test('a run is exported whole; a stranger’s alias is no formula', async () => {
    const { federation } = await wholeRun('Exported')
    const json = (await (await here.operator.get(paths.exportJson(federation))).json()) as Record<string, unknown>
    expect(json).toMatchObject({ settings: { name: 'Exported' }, federation: { id: federation } })
    expect(v.parse(v.array(RoundRecord), json['rounds'])).toHaveLength(1)
    const answer = await here.operator.get(paths.exportCsv(federation))
    expect(answer.headers.get('content-type')).toContain('text/csv')
    const lines = (await answer.text()).split('\r\n')
    expect(lines).toHaveLength(4)
    expect(lines.join('\n')).toContain(",'=Anna(),counted,")
    expect((await fetch(url(paths.exportCsv(federation)))).status).toBe(401)
  })

  test('every page and answer carries the policy that keeps images here', async () => {
    for (const path of ['/', '/join/some-federation', paths.health, '/nowhere']) {
      const { headers } = await fetch(url(path))
      const policy = headers.get('content-security-policy')
      expect(policy).toContain("default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'")
      expect(policy).toContain(`connect-src 'self' ${here.coordinator.url.replace('http', 'ws')};`)
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin')
      expect(headers.get('cross-origin-embedder-policy')).toBe('require-corp')
    }
  })

  test('health is public, figures are for the operator, cards are for everyone', async () => {
    expect(await (await fetch(url(paths.health))).json()).toEqual({ status: 'ok' })
    expect((await fetch(url(paths.metrics))).status).toBe(401)
    const figures = await (await here.operator.get(paths.metrics)).text()
    for (const name of [
      'passerby_rounds_total{outcome="published"}',
      'passerby_updates_total{outcome="accepted"}',
      'passerby_clients_connected',
      'passerby_bytes_total{direction="up",kind="update"}',
      'passerby_fold_seconds_count',
      'nodejs_eventloop_lag_seconds',
    ])
      expect(figures).toContain(name)
    const { federation } = await startedFederation(here, quickSettings(), [])
    v.parse(CardAnswer, await (await fetch(url(paths.card(federation)))).json())
    expect((await fetch(url(paths.card('no-such-one')))).status).toBe(404)
  })
})
