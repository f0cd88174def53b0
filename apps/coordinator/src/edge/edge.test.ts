import type { FederationCard, JoinReply, RoundRecord } from '@passerby/protocol'
import { decodeSafetensors, paths } from '@passerby/protocol'
import { type Chain, issueJoinToken, verify, verifyChain } from '@passerby/privacy'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { readdir } from 'node:fs/promises'
import { join as joinPath } from 'node:path'
import { smallLayout } from '../../test/model.ts'
import { refusal } from '../../test/refusal.ts'
import {
  configOf,
  connect,
  evaluateTask,
  join,
  joinRequest,
  newIdentity,
  reportOf,
  seal,
  sealBytes,
  trainTask,
  upload,
} from '../../test/scripted-client.ts'
import {
  type Guest,
  type TestCoordinator,
  quickSettings,
  startedFederation,
  testCoordinator,
} from '../../test/test-coordinator.ts'

vi.setConfig({ testTimeout: 60_000 })

let here: TestCoordinator
beforeAll(async () => {
  here = await testCoordinator()
}, 60_000)
afterAll(async () => await here.close())

async function sendUpdate({ identity, connection }: Guest, value: number, session?: number) {
  const config = await trainTask(connection, session)
  return await upload(connection, await seal(config, identity, { layout: smallLayout, value }), reportOf(identity))
}

async function records(federation: string): Promise<readonly RoundRecord[]> {
  const { rounds } = await here.operator.must('watch', { federation })
  await here.operator.must('watch', { federation: null })
  return rounds
}

const modelOf = async (sha256: string) => {
  const answer = await fetch(here.coordinator.url + paths.model(sha256))
  return decodeSafetensors(new Uint8Array(await answer.arrayBuffer())).params.values
}

describe('J: join', () => {
  test('J1 the first message is hello with a fresh nonce', async () => {
    const [a, b] = [await connect(here.coordinator.url), await connect(here.coordinator.url)]
    expect(a.notices[0].event).toBe('hello')
    expect(a.nonce).not.toBe(b.nonce)
    a.close()
    b.close()
  })

  test('J2 before join everything else is refused as not-joined', async () => {
    const connection = await connect(here.coordinator.url)
    expect(await connection.ask('evaluated', { round: 1, model: 'global', evaluation: null })).toEqual(
      refusal('not-joined'),
    )
    expect(await connection.ask('return', {})).toEqual(refusal('not-joined'))
    connection.close()
  })

  test('J3 the card is signed by a key that the root in the join link certified', async () => {
    const { federation } = await startedFederation(here, quickSettings({ name: 'Card' }), [])
    const answer = await fetch(here.coordinator.url + paths.card(federation))
    const { card, ...chain } = (await answer.json()) as Chain & { card: { payload: string; signature: string } }
    const trusted = await verifyChain(chain, { fingerprint: here.coordinator.fingerprint, now: Date.now() })
    if (!trusted.ok) throw new Error(trusted.reason)
    const verified = await verify('card', card, trusted.value.key)
    if (!verified.ok) throw new Error(verified.reason)
    const value = verified.value as unknown as FederationCard
    expect(value).toMatchObject({ federation, name: 'Card', state: 'running', round: 0, updateBytes: 16 + 4 * 9 })
  })

  test('J4 a proof by another key, or over another nonce, is refused, and the nonce is used once', async () => {
    const to = await startedFederation(here, quickSettings(), [])
    const [identity, other] = [await newIdentity('Anna'), await newIdentity('Ben')]
    const connection = await connect(here.coordinator.url)
    const request = await joinRequest(connection.nonce, identity, to)
    const forged = { ...request, publicKey: other.publicKey }
    expect(await connection.ask('join', forged)).toEqual(refusal('bad-proof'))
    expect(await connection.ask('join', request)).toEqual(refusal('bad-proof'))
    connection.close()
  })

  test('J4 the client rejoins on a new connection with a new nonce', async () => {
    const to = await startedFederation(here, quickSettings(), [])
    const connection = await connect(here.coordinator.url)
    const request = await joinRequest('A'.repeat(43), await newIdentity('Anna'), to)
    expect(await connection.ask('join', request)).toEqual(refusal('bad-proof'))
    const again = await connect(here.coordinator.url)
    expect(await join(again, await newIdentity('Anna'), to)).toMatchObject({ task: null })
    connection.close()
    again.close()
  })

  test('J5 tokens: damaged, of another federation, of another signer, revoked', async () => {
    const [one, two] = [
      await startedFederation(here, quickSettings(), []),
      await startedFederation(here, quickSettings(), []),
    ]
    const identity = await newIdentity('Anna')
    const attempt = async (federation: string, token: string) => {
      const connection = await connect(here.coordinator.url)
      const reply = await connection.ask('join', await joinRequest(connection.nonce, identity, { federation, token }))
      connection.close()
      return reply
    }
    expect(await attempt(one.federation, `${one.token.slice(0, -4)}AAAA`)).toEqual(refusal('bad-token'))
    expect(await attempt(one.federation, two.token)).toEqual(refusal('bad-token'))
    const foreign = { id: 'x', federation: one.federation, expires: Date.now() + 60_000 }
    const token = await issueJoinToken(foreign, identity.keys.privateKey)
    expect(await attempt(one.federation, token)).toEqual(refusal('bad-token'))
    expect(await attempt('no-such-federation', one.token)).toEqual(refusal('unknown-federation'))
    const [invite] = (await here.operator.must('watch', { federation: one.federation })).federation?.invites ?? []
    await here.operator.must('revoke', { federation: one.federation, invite: invite.id })
    expect(await attempt(one.federation, one.token)).toEqual(refusal('revoked-token'))
  })

  test('J5 a revoked invite drops those who joined by it', async () => {
    const { federation, guests } = await startedFederation(here, quickSettings(), ['Anna'])
    const view = (await here.operator.must('watch', { federation })).federation
    expect(view?.invites[0].uses).toBe(1)
    await here.operator.must('revoke', { federation, invite: view?.invites[0].id ?? '' })
    expect(await guests[0].connection.notice('dismissed')).toMatchObject({ code: 'revoked-token' })
    await guests[0].connection.ended
  })

  test('J6 a later connection of the same identity wins', async () => {
    const to = await startedFederation(here, quickSettings(), ['Anna'])
    const [{ identity, connection }] = to.guests
    const later = await to.admit(identity)
    expect(await connection.notice('dismissed')).toMatchObject({ code: 'replaced' })
    await connection.ended
    const view = (await here.operator.must('watch', { federation: to.federation })).federation
    expect(view?.clients).toMatchObject([{ id: identity.id, alias: 'Anna', state: 'waiting' }])
    later.close()
  })

  test('J7 the answer to join names the open task, and that an update was accepted', async () => {
    const to = await startedFederation(here, quickSettings(), ['Anna', 'Ben'])
    const [anna] = to.guests
    const config = await trainTask(anna.connection)
    const again = await connect(here.coordinator.url)
    const before = await join(again, anna.identity, to)
    expect(before.task).toEqual({ task: 'train', config, accepted: false, measure: false })
    expect(before.status).toMatchObject({ state: 'running', round: 1, rounds: 2, minClients: 2, clients: 2 })
    const sealed = await seal(config, anna.identity, { layout: smallLayout, value: 1 })
    expect(await upload(again, sealed, reportOf(anna.identity))).toEqual({ ok: true, value: {} })
    const third = await connect(here.coordinator.url)
    const after: JoinReply = await join(third, anna.identity, to)
    expect(after.task).toEqual({ task: 'train', config, accepted: true, measure: false })
    await here.operator.must('stop', { federation: to.federation })
  })

  test('J8 after the end join still succeeds and says so', async () => {
    const to = await startedFederation(here, quickSettings(), ['Anna'])
    await here.operator.must('stop', { federation: to.federation })
    const late = await connect(here.coordinator.url)
    expect(await join(late, await newIdentity('Zoe'), to)).toMatchObject({ status: { state: 'ended' }, task: null })
    late.close()
  })
})

describe('R: round', () => {
  test('R1 R2 R5 R8 a whole run: exact means, evaluation, every round once', async () => {
    const to = await startedFederation(here, quickSettings(), ['Anna', 'Ben', 'Cleo'])
    // minClients are there when the run starts; all three are in the first cohort, since they joined before.
    const expected: number[] = []
    for (const round of [1, 2]) {
      const replies = await Promise.all(to.guests.map((guest, index) => sendUpdate(guest, round * (index + 1), round)))
      expect(replies.every(({ ok }) => ok)).toBe(true)
      // (10·1r + 20·2r + 30·3r) / 60
      expected.push((140 * round) / 60)
      for (const [index, { connection }] of to.guests.entries()) {
        await evaluateTask(connection, round)
        const evaluation = { rank1: 10 * index, rank5: 50, rank10: 60, mAP: 20 * index, queries: 4, seconds: 0.5 }
        for (const model of ['local', 'global']) {
          const answer = await connection.ask('evaluated', {
            round,
            model,
            evaluation: index === 2 ? null : evaluation,
          })
          expect(answer).toEqual({ ok: true, value: {} })
        }
      }
    }
    await to.guests[0].connection.notice('status', ({ state }) => state === 'ended')
    const rounds = await records(to.federation)
    expect(rounds.map(({ round, outcome }) => [round, outcome])).toEqual([
      [1, 'published'],
      [2, 'published'],
    ])
    for (const [index, record] of rounds.entries()) {
      const shares = new Map(record.contributions.map(({ alias, weight }) => [alias, weight]))
      expect(shares).toEqual(
        new Map([
          ['Anna', 1 / 6],
          ['Ben', 2 / 6],
          ['Cleo', 3 / 6],
        ]),
      )
      expect(record.global).toEqual({ rank1: 5, mAP: 10, worstRank1: 0, worstMAP: 0, clients: 2 })
      expect(record.local).toEqual({ rank1: 5, mAP: 10 })
      const values = await modelOf(record.model?.sha256 ?? '')
      expect(values).toEqual(new Float32Array(9).fill(expected[index]))
    }
    expect(rounds[0].bytesUp).toBeGreaterThan(3 * 68)
    const left = await readdir(joinPath(here.folder, 'sealed', to.federation))
    expect(left).toEqual([])
  })

  test('R5 at the deadline a round closes with the minimum; who was slower is late, then measures with the others', async () => {
    const settings = quickSettings({ rounds: 1, cohort: { minClients: 2, deadlineSeconds: 10 } })
    const to = await startedFederation(here, settings, ['Anna', 'Ben', 'Cleo', 'Dora'])
    const [anna, ben, cleo, dora] = to.guests
    const config = await trainTask(cleo.connection)
    const sealed = await seal(config, cleo.identity, { layout: smallLayout, value: 100 })
    expect(await sendUpdate(anna, 1)).toMatchObject({ ok: true })
    expect(await cleo.connection.ask('update.begin', { header: sealed.header, enc: sealed.enc })).toMatchObject({
      ok: true,
    })
    expect(await sendUpdate(ben, 4)).toMatchObject({ ok: true })
    await evaluateTask(cleo.connection, 1)
    expect(await upload(cleo.connection, sealed, reportOf(cleo.identity))).toEqual(refusal('late-update'))
    expect(await sendUpdate(anna, 1)).toEqual(refusal('duplicate-update'))
    const [record] = await records(to.federation)
    expect(record.contributions.map(({ alias, outcome }) => `${alias} ${outcome}`).sort()).toEqual([
      'Anna counted',
      'Ben counted',
      'Cleo late',
      'Dora missing',
    ])
    expect(await sendUpdate(dora, 1)).toEqual(refusal('late-update'))
    const [after] = await records(to.federation)
    expect(after.contributions.find(({ alias }) => alias === 'Dora')).toMatchObject({ outcome: 'late', weight: null })
    expect(await modelOf(record.model?.sha256 ?? '')).toEqual(new Float32Array(9).fill((10 * 1 + 20 * 4) / 30))
  })

  test('R6 R7 a pause voids the session; the round opens again under the next number', async () => {
    const to = await startedFederation(here, quickSettings(), ['Anna', 'Ben'])
    const [anna] = to.guests
    const config = await trainTask(anna.connection)
    const sealed = await seal(config, anna.identity, { layout: smallLayout, value: 1 })
    expect(await upload(anna.connection, sealed, reportOf(anna.identity))).toMatchObject({ ok: true })
    await here.operator.must('pause', { federation: to.federation })
    expect(await anna.connection.notice('session.aborted')).toMatchObject({ session: 1 })
    expect(await upload(anna.connection, sealed, reportOf(anna.identity))).toEqual(refusal('late-update'))
    expect(await here.operator.ask('pause', { federation: to.federation })).toEqual(refusal('wrong-state'))
    await here.operator.must('resume', { federation: to.federation })
    const next = configOf(await trainTask(anna.connection, 2))
    expect(next).toMatchObject({ round: 1, session: 2 })
    expect(next.sealTo).not.toBe(configOf(config).sealTo)
    expect((await records(to.federation)).map(({ outcome }) => outcome)).toEqual(['aborted', 'open'])
  })

  test('R6 who withdraws is not awaited, and the round closes without', async () => {
    const to = await startedFederation(here, quickSettings({ rounds: 1 }), ['Anna', 'Ben', 'Cleo'])
    const [anna, ben, cleo] = to.guests
    await sendUpdate(anna, 1)
    await sendUpdate(ben, 1)
    expect(await cleo.connection.ask('withdraw', { reason: 'paused', message: '' })).toMatchObject({ ok: true })
    await evaluateTask(anna.connection, 1)
    const [record] = await records(to.federation)
    expect(record.contributions.find(({ alias }) => alias === 'Cleo')).toMatchObject({
      outcome: 'withdrew',
      weight: null,
    })
  })

  test('R8 the next round opens before the last model is measured; each measurement counts once, and only of the newest', async () => {
    const to = await startedFederation(here, quickSettings({ rounds: 3 }), ['Anna', 'Ben'])
    const [anna, ben] = to.guests
    const evaluation = { rank1: 40, rank5: 50, rank10: 60, mAP: 20, queries: 4, seconds: 0.25 }
    const tell = (round: number, model: 'global' | 'local') =>
      anna.connection.ask('evaluated', { round, model, evaluation })
    expect(await tell(1, 'local')).toEqual(refusal('unknown-round'))
    await Promise.all([sendUpdate(anna, 1, 1), sendUpdate(ben, 1, 1)])
    await trainTask(anna.connection, 2)
    const late = await connect(here.coordinator.url)
    expect((await join(late, await newIdentity('Late'), to)).task).toMatchObject({ task: 'evaluate' })
    late.close()
    for (const model of ['local', 'global'] as const) {
      expect(await tell(1, model)).toEqual({ ok: true, value: {} })
      expect(await tell(1, model)).toEqual(refusal('unknown-round'))
    }
    expect(await tell(2, 'global')).toEqual(refusal('unknown-round'))
    expect(await tell(2, 'local')).toEqual(refusal('unknown-round'))
    await Promise.all([sendUpdate(anna, 1, 2), sendUpdate(ben, 1, 2)])
    await trainTask(anna.connection, 3)
    expect(await tell(1, 'global')).toEqual(refusal('unknown-round'))
    const [first, second] = await records(to.federation)
    expect(first).toMatchObject({ outcome: 'published', global: { mAP: 20, clients: 1 }, local: { mAP: 20 } })
    expect(first.contributions.find(({ alias }) => alias === 'Anna')).toMatchObject({
      local: evaluation,
      global: evaluation,
    })
    expect(second).toMatchObject({ global: null, local: null })
  })

  test('R9 progress shows in the view and is never answered', async () => {
    const to = await startedFederation(here, quickSettings(), ['Anna', 'Ben'])
    const [anna] = to.guests
    await trainTask(anna.connection)
    for (const [state, fraction] of [
      ['training', 0.5],
      ['looking', 0.25],
    ]) {
      anna.connection.socket.emit('progress', { session: 1, phase: state, fraction, hidden: true })
      await anna.connection.ask('update.commit', {})
      const view = (await here.operator.must('watch', { federation: to.federation })).federation
      expect(view?.clients.find(({ alias }) => alias === 'Anna')).toMatchObject({ state, fraction, hidden: true })
    }
  })
})

describe('U: update', () => {
  async function inTraining(names = ['Anna', 'Ben']) {
    const to = await startedFederation(here, quickSettings(), names)
    const [anna] = to.guests
    const config = await trainTask(anna.connection)
    return { ...to, anna, config, sealed: await seal(config, anna.identity, { layout: smallLayout, value: 1 }) }
  }

  test('U1 a header that differs in any field is refused by the name of the field', async () => {
    const { anna, sealed } = await inTraining()
    const { header, enc } = sealed
    const other = '0'.repeat(64)
    const changes = {
      round: 2,
      config: other,
      baseModel: other,
      layout: other,
      bytes: 1,
      chunks: 2,
      client: 'f'.repeat(32),
    }
    for (const [field, value] of Object.entries(changes)) {
      const reply = await anna.connection.ask('update.begin', { header: { ...header, [field]: value }, enc })
      expect(reply).toEqual(refusal('wrong-header'))
      expect(JSON.stringify(reply)).toContain(`'${field}'`)
    }
  })

  test('U2 what is held is told; another enc starts anew', async () => {
    const { anna, config, sealed } = await inTraining()
    const { header, enc } = sealed
    const begin = () => anna.connection.ask('update.begin', { header, enc })
    expect(await begin()).toEqual({ ok: true, value: { held: [] } })
    await anna.connection.ask('update.chunk', { session: 1, index: 0 }, sealed.chunks[0])
    expect(await begin()).toEqual({ ok: true, value: { held: [[0, 0]] } })
    const again = await seal(config, anna.identity, { layout: smallLayout, value: 1 })
    expect(await anna.connection.ask('update.begin', { header, enc: again.enc })).toEqual({
      ok: true,
      value: { held: [] },
    })
  })

  test('U3 a chunk of another length or place is refused; one that is held is acknowledged again', async () => {
    const { anna, sealed } = await inTraining()
    const { header, enc, chunks } = sealed
    const send = (index: number, bytes: unknown) => anna.connection.ask('update.chunk', { session: 1, index }, bytes)
    expect(await send(0, chunks[0])).toEqual(refusal('wrong-chunk'))
    await anna.connection.ask('update.begin', { header, enc })
    expect(await send(0, chunks[0].subarray(1))).toEqual(refusal('wrong-chunk'))
    expect(await send(1, chunks[0])).toEqual(refusal('wrong-chunk'))
    expect(await send(0, 'text')).toEqual(refusal('malformed'))
    expect(await send(0, chunks[0])).toEqual({ ok: true, value: {} })
    expect(await send(0, chunks[0])).toEqual({ ok: true, value: {} })
  })

  test('U3 at most two chunks may be under way', async () => {
    const { anna, sealed } = await inTraining()
    await anna.connection.ask('update.begin', { header: sealed.header, enc: sealed.enc })
    const asked = Array.from({ length: 5 }, () =>
      anna.connection.ask('update.chunk', { session: 1, index: 0 }, sealed.chunks[0]),
    )
    const replies = await Promise.all(asked)
    expect(replies.filter(({ ok }) => ok).length).toBeGreaterThanOrEqual(2)
    for (const reply of replies.filter(({ ok }) => !ok)) expect(reply).toEqual(refusal('too-fast'))
  })

  test('U4 what is incomplete, wrongly signed or unreadable is refused by name, and the client may begin anew', async () => {
    const { anna, config, sealed } = await inTraining()
    const report = reportOf(anna.identity)
    const { header, enc, signature } = sealed
    await anna.connection.ask('update.begin', { header, enc })
    const commit = { session: 1, signature, report }
    expect(await anna.connection.ask('update.commit', commit)).toEqual(refusal('incomplete-update'))
    const stranger = await newIdentity('Stranger')
    const forged = await seal(config, { ...stranger, id: anna.identity.id }, { layout: smallLayout, value: 9 })
    expect(await upload(anna.connection, forged, report)).toEqual(refusal('bad-signature'))
    const flipped = { ...sealed, chunks: [sealed.chunks[0].map((byte, i) => (i === 3 ? byte ^ 1 : byte))] }
    expect(await upload(anna.connection, flipped, report)).toEqual(refusal('bad-signature'))
    expect(await upload(anna.connection, sealed, report)).toEqual({ ok: true, value: {} })
  })

  test('U5 once accepted, everything further about it is duplicate-update', async () => {
    const { anna, sealed } = await inTraining()
    const report = reportOf(anna.identity)
    expect(await upload(anna.connection, sealed, report)).toEqual({ ok: true, value: {} })
    const { header, enc, signature, chunks } = sealed
    expect(await anna.connection.ask('update.begin', { header, enc })).toEqual(refusal('duplicate-update'))
    expect(await anna.connection.ask('update.chunk', { session: 1, index: 0 }, chunks[0])).toEqual(
      refusal('duplicate-update'),
    )
    expect(await anna.connection.ask('update.commit', { session: 1, signature, report })).toEqual(
      refusal('duplicate-update'),
    )
  })

  test('U5 a newcomer is not in the cohort, and a session to come is unknown', async () => {
    const { admit, config, anna, sealed } = await inTraining()
    const zoe = await newIdentity('Zoe')
    const connection = await admit(zoe)
    const hers = await seal(config, zoe, { layout: smallLayout, value: 1 })
    expect(await upload(connection, hers, reportOf(zoe))).toEqual(refusal('not-in-cohort'))
    const { header, enc } = sealed
    expect(await anna.connection.ask('update.begin', { header: { ...header, session: 2 }, enc })).toEqual(
      refusal('unknown-round'),
    )
  })

  test('U6 a plaintext with a value that is not finite, or a weight above the images told at the join, is unreadable-update', async () => {
    const { anna, config } = await inTraining()
    const plain = (weight: number, value: number) => {
      const bytes = new Uint8Array(16 + 4 * 9)
      const view = new DataView(bytes.buffer)
      view.setUint32(0, 0x3155_4250, true)
      view.setFloat64(8, weight, true)
      for (let i = 0; i < 9; i++) view.setFloat32(16 + 4 * i, value, true)
      return bytes
    }
    const send = async (bytes: Uint8Array) =>
      await upload(anna.connection, await sealBytes(config, anna.identity, bytes), reportOf(anna.identity))
    for (const bytes of [
      plain(1, Number.NaN),
      plain(0, 1),
      plain(-1, 1),
      plain(11, 1),
      plain(1e300, 1),
      new Uint8Array(52),
    ])
      expect(await send(bytes)).toEqual(refusal('unreadable-update'))
    expect(await send(plain(10, 1))).toEqual({ ok: true, value: {} })
  })
})

describe('P: parts and limits', () => {
  test('P1 a message over 1 MiB ends the connection', async () => {
    const connection = await connect(here.coordinator.url)
    connection.socket.emit('update.chunk', { session: 1, index: 0 }, new Uint8Array(1_100_000))
    expect(await connection.ended).toMatch(/transport/)
  })

  test('P2 an unknown event, field or type is malformed, and no refusal repeats what was sent', async () => {
    const to = await startedFederation(here, quickSettings(), ['Anna'])
    const [{ connection }] = to.guests
    const secret = 'do-not-repeat-me'
    const attempts: [string, ...unknown[]][] = [
      [secret, {}],
      ['__proto__', {}],
      ['return', { extra: secret }],
      ['evaluated', { round: secret, model: 'global', evaluation: null }],
      ['withdraw', { reason: 'paused', message: '' }, secret],
      ['return'],
    ]
    for (const [event, ...args] of attempts) {
      const reply = await connection.ask(event, ...args)
      expect(reply).toEqual(refusal('malformed'))
      expect(JSON.stringify(reply)).not.toContain(secret)
    }
    const fresh = await connect(here.coordinator.url)
    expect(await fresh.ask('join', { version: 2 })).toEqual(refusal('unsupported-version'))
  })

  test('P3 a flood is too-fast, and after 2,000 refusals in a minute the connection is closed', async () => {
    const connection = await connect(here.coordinator.url)
    const replies = Array.from({ length: 2_100 }, () => connection.ask('return', {}).catch(() => undefined))
    expect(await connection.ended).toBe('io server disconnect')
    const answered = (await Promise.all(replies)).filter((reply) => reply !== undefined)
    expect(answered.length).toBeLessThanOrEqual(2_001)
    expect(answered[0]).toEqual(refusal('not-joined'))
    expect(answered).toContainEqual(refusal('too-fast'))
  })
})
