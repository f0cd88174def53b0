import { decodeSafetensors, paths } from '@passerby/protocol'
import { afterEach, expect, test } from 'vitest'
import { type ChildCoordinator, spawnCoordinator } from '../test/child-coordinator.ts'
import { newDataFolder } from '../test/data-folder.ts'
import { type Attack, type Loot, type Random, attack, lootOf } from '../test/hostile.ts'
import { modelFile, smallLayout } from '../test/model.ts'
import {
  type ScriptedConnection,
  type ScriptedIdentity,
  connect,
  evaluateTask,
  join,
  joinRequest,
  newIdentity,
  reportOf,
  seal,
  trainTask,
  upload,
} from '../test/scripted-client.ts'
import { type ScriptedOperator, scriptedOperator } from '../test/scripted-operator.ts'
import { seeded } from '../test/seeded.ts'

/**
 * A coordinator under 10,000 hostile messages of a member of the cohort, in a process of its own so that its memory
 * can be read. Rule P3 is off, since 'too-fast' would be the answer to nearly all of them.
 */
const SEED = 5
const MESSAGES = 10_000
/** Messages after which memory is read for the first time: code is compiled and buffers have grown by then. */
const WARM_UP = 2_000
/** What the resident set may grow by over the other 8,000. */
const GROWTH_LIMIT_BYTES = 64 * 1024 * 1024
/** Requests under way at a time. */
const AT_A_TIME = 20

let cleanUp: (() => Promise<unknown>) | undefined
afterEach(async () => await cleanUp?.())

interface Stage {
  readonly url: string
  readonly to: { readonly federation: string; readonly token: string }
  readonly operator: ScriptedOperator
}

async function residentBytes({ operator }: Stage): Promise<number> {
  const text = await (await operator.get(paths.metrics)).text()
  return Number(/^process_resident_memory_bytes (\S+)/m.exec(text)?.[1])
}

/** Round 1, in which both are counted; round 2 stays open, since the hostile client never completes its update. */
async function stage(child: ChildCoordinator) {
  const operator = await scriptedOperator(child.url, child.operatorToken)
  const cohort = { minClients: 2, deadlineSeconds: 3_600 }
  const to = await operator.prepare({ name: 'Flood', rounds: 2, cohort }, modelFile(smallLayout))
  const here: Stage = { url: child.url, to, operator }
  const [honest, hostile] = [await newIdentity('Honest', 10), await newIdentity('Hostile', 30)]
  const mine = await connect(child.url)
  await join(mine, honest, to)
  const theirs = await connect(child.url)
  const joinMessage = await joinRequest(theirs.nonce, hostile, to)
  await theirs.ask('join', joinMessage)
  await operator.must('start', { federation: to.federation })
  const config = await trainTask(theirs, 1)
  const counted = await seal(config, hostile, { layout: smallLayout, value: 1 })
  expect(await upload(theirs, counted, reportOf(hostile))).toMatchObject({ ok: true })
  expect(await train(mine, honest, 1)).toMatchObject({ ok: true })
  for (const connection of [mine, theirs]) {
    await evaluateTask(connection, 1)
    await connection.ask('evaluated', { round: 1, model: 'global', evaluation: null })
  }
  const loot = await lootOf(await trainTask(theirs, 2), { identity: hostile, counted, join: joinMessage })
  return { here, honest, mine, theirs, loot }
}

async function train(connection: ScriptedConnection, identity: ScriptedIdentity, session: number) {
  const config = await trainTask(connection, session)
  const update = { layout: smallLayout, value: session }
  return await upload(connection, await seal(config, identity, update), reportOf(identity))
}

/** Sends `count` attacks; every one must be refused by a name that fits, or end the connection if it is oversized. */
async function flood(
  { here, loot, first }: { readonly here: Stage; readonly loot: Loot; readonly first: ScriptedConnection },
  random: Random,
  count: number,
): Promise<{ readonly connection: ScriptedConnection; readonly kinds: ReadonlyMap<string, number> }> {
  const kinds = new Map<string, number>()
  let connection = first
  for (let sent = 0; sent < count;) {
    const batch: Attack[] = []
    while (batch.length < AT_A_TIME && sent < count) {
      const next = attack(random, loot)
      kinds.set(next.kind, (kinds.get(next.kind) ?? 0) + 1)
      sent += 1
      if (next.codes === 'oversized') {
        connection.socket.emit(next.event, ...next.args)
        await connection.ended
        connection = await connect(here.url)
        await join(connection, loot.identity, here.to)
      } else if (next.kind === 'unsigned') {
        const { header, enc, chunks } = loot.forged
        expect(await connection.ask('update.begin', { header, enc })).toMatchObject({ ok: true })
        expect(await connection.ask('update.chunk', { session: header.session, index: 0 }, chunks[0])).toMatchObject({
          ok: true,
        })
        await refused(connection, next)
      } else batch.push(next)
    }
    await Promise.all(batch.map((one) => refused(connection, one)))
  }
  return { connection, kinds }
}

async function refused(connection: ScriptedConnection, { event, args, codes, kind }: Attack): Promise<void> {
  const reply = await connection.ask(event, ...args)
  const code = reply.ok ? 'accepted' : reply.refusal.code
  // More than two chunks under way are too fast before they are anything else (U3).
  if (event === 'update.chunk' && code === 'too-fast') return
  if (!codes.includes(code))
    throw new Error(`${kind}: ${event} ${JSON.stringify(args).slice(0, 300)} was answered ${code}`)
}

test('S5 10,000 hostile messages are refused by name, the honest client counts, and memory stays flat', async () => {
  const data = await newDataFolder()
  const child = await spawnCoordinator([data.path], '../test/flood-coordinator.ts')
  cleanUp = async () => {
    await child.end('SIGKILL')
    await data.remove()
  }
  const { here, honest, mine, theirs, loot } = await stage(child)
  const random = seeded(SEED)
  const warm = await flood({ here, loot, first: theirs }, random, WARM_UP)
  const before = await residentBytes(here)
  const half = (MESSAGES - WARM_UP) / 2
  const middle = await flood({ here, loot, first: warm.connection }, random, half)
  expect(await train(mine, honest, 2)).toMatchObject({ ok: true })
  const last = await flood({ here, loot, first: middle.connection }, random, half)
  const growth = (await residentBytes(here)) - before
  expect(growth).toBeLessThan(GROWTH_LIMIT_BYTES)
  for (const kind of ['malformed', 'bent', 'replayed', 'unordered', 'unsigned', 'oversized'])
    expect(last.kinds.get(kind)).toBeGreaterThan(10)

  // After all that its honest update still counts, and the round closes with both.
  expect(await upload(last.connection, { ...loot.sealed }, reportOf(loot.identity))).toMatchObject({ ok: true })
  await evaluateTask(mine, 2)
  const { rounds } = await here.operator.must('watch', { federation: here.to.federation })
  expect(rounds.map(({ session, contributions }) => [session, contributions.length])).toEqual([
    [1, 2],
    [2, 2],
  ])
  const file = await (await fetch(here.url + paths.model(rounds[1].model?.sha256 ?? ''))).arrayBuffer()
  // (10 · 2 + 30 · 1e9) / 40
  expect(new Set(decodeSafetensors(new Uint8Array(file)).params.values)).toEqual(
    new Set([Math.fround((20 + 30e9) / 40)]),
  )
  here.operator.close()
  expect(child.said()).not.toMatch(/"level":50/)
}, 240_000)
