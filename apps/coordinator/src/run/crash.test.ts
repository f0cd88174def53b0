import { join as joinPath } from 'node:path'
import { readdir } from 'node:fs/promises'
import type { EdgeNotices, EdgeTask, JoinReply, Reply } from '@passerby/protocol'
import { decodeSafetensors } from '@passerby/protocol'
import type { SealedUpdate } from '@passerby/privacy'
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { twoChunkLayout } from '../../test/model.ts'
import {
  type ScriptedIdentity,
  configOf,
  joinRequest,
  newIdentity,
  publishedOf,
  reportOf,
  seal,
  upload,
} from '../../test/scripted-client.ts'
import { createFederation, openSurroundings } from '../../test/surroundings.ts'
import { join } from '../edge/join.ts'
import { answerMember, parseRequest } from '../edge/requests.ts'
import type { Visit } from '../edge/visit.ts'
import type { Envelope, Envelopes } from '../store/envelopes.ts'
import type { Journal, JournalEntry } from '../store/journal.ts'
import {
  clients,
  contributions,
  evaluations,
  federations,
  invites,
  runEvents,
  runStates,
  sessions,
} from '../store/schema.ts'
import { readRecords } from '../store/records.ts'
import { apply } from './apply.ts'
import type { Surroundings } from './core.ts'
import { serially } from './interpreter.ts'
import { type Runs, openRuns } from './runs.ts'

/**
 * Every instant at which a coordinator can be killed lies between two durable operations. Here a run of two rounds is
 * cut off before its n-th one, for every n until none is left: from there on nothing is written and nobody is
 * answered. Another coordinator then opens the same folder, and the run must end as if nothing had happened.
 */

let place: Awaited<ReturnType<typeof openSurroundings>>
let whole: Surroundings
let people: readonly ScriptedIdentity[]
beforeAll(async () => {
  place = await openSurroundings()
  whole = place.around
  people = [await newIdentity('Anna', 10), await newIdentity('Ben', 30)]
}, 60_000)
afterAll(async () => await place.close())

const never = new Promise<never>(() => undefined)
/** Whatever is done with it, nothing comes back. */
const abyss: object = new Proxy(() => undefined, {
  get: (_, name) => (name === 'then' ? () => undefined : abyss),
  apply: () => abyss,
})

/** The same surroundings until their `n`-th durable operation, which does not happen any more, nor any after it. */
function mortal(n: number): {
  readonly around: Surroundings
  readonly died: Promise<void>
  readonly count: () => number
} {
  let done = 0
  let die: () => void = () => undefined
  const died = new Promise<void>((resolve) => (die = resolve))
  const lives = () => {
    done = Math.min(done + 1, n)
    if (done === n) die()
    return done < n
  }
  const mortally = <Args extends readonly unknown[], Value>(work: (...args: Args) => Promise<Value>) => {
    return (...args: Args): Promise<Value> => (lives() ? work(...args) : never)
  }
  const writes = new Set<string | symbol>(['transaction', 'insert', 'update', 'delete'])
  const db = new Proxy(whole.db, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name)
      if (typeof value !== 'function') return value
      return (...args: unknown[]) =>
        !writes.has(name) || lives() ? (Reflect.apply(value, target, args) as unknown) : abyss
    },
  })
  const envelope = (real: Envelope): Envelope =>
    Object.assign(Object.create(real) as Envelope, {
      write: mortally((index: number, chunk: Uint8Array) => real.write(index, chunk)),
      commit: mortally((seal: Parameters<Envelope['commit']>[0]) => real.commit(seal)),
    })
  const envelopes: Envelopes = {
    keepOnly: mortally((federation: string, session: number | undefined) =>
      whole.envelopes.keepOnly(federation, session),
    ),
    session(federation, session) {
      const real = whole.envelopes.session(federation, session)
      return {
        ...real,
        writeKey: mortally((wrapped: Uint8Array) => real.writeKey(wrapped)),
        begin: mortally(async (client: string, start: Parameters<typeof real.begin>[1]) =>
          envelope(await real.begin(client, start)),
        ),
        find: async (client) => {
          const found = await real.find(client)
          return found && envelope(found)
        },
        drop: mortally((client: string) => real.drop(client)),
        destroy: mortally(() => real.destroy()),
      }
    },
  }
  const blobs = { ...whole.blobs, put: mortally((bytes: Uint8Array) => whole.blobs.put(bytes)) }
  const journal = {
    step: mortally((entry: JournalEntry) => whole.journal.step(entry)),
    note: mortally((notes: Parameters<Journal['note']>[0]) => whole.journal.note(notes)),
    write: mortally((statements: Parameters<Journal['write']>[0]) => whole.journal.write(statements)),
  }
  return { around: { ...whole, db, journal, blobs, envelopes }, died, count: () => done }
}

interface World {
  readonly runs: Runs
  readonly federation: string
  readonly token: string
  /** What each client sealed, kept over a reload as a page keeps it. */
  readonly kept: Map<string, SealedUpdate>
  /** Sessions in which a client was told that its update counts. */
  readonly acknowledged: Set<string>
}

/** One client's life in one world: joins, does its tasks, until the run ends. */
async function live(world: World, identity: ScriptedIdentity): Promise<void> {
  const tasks: (EdgeTask | null)[] = []
  let wake: () => void = () => undefined
  let ended = false
  const visit: Visit = {
    nonce: 'A'.repeat(43),
    joined: undefined,
    connection: {
      send<Event extends keyof EdgeNotices>(event: Event, notice: EdgeNotices[Event]) {
        if (event === 'task') tasks.push(notice as EdgeTask | null)
        wake()
      },
      takeTraffic: () => ({ up: 0, down: 0 }),
      isOpen: true,
      close: () => undefined,
    },
  }
  world.runs.onChange((core) => {
    ended ||= core.machine.run.state === 'ended'
    wake()
  })
  const joined = await new Promise<Reply<JoinReply>>((resolve) => {
    void joinRequest(visit.nonce ?? '', identity, world).then((request) =>
      join(visit, request, { runs: world.runs, answer: resolve }),
    )
  })
  if (!joined.ok) throw new Error(joined.refusal.message)
  tasks.push(joined.value.task)
  ended ||= joined.value.status.state === 'ended'
  const ask = async (event: string, ...args: readonly unknown[]): Promise<Reply<unknown>> => {
    const request = parseRequest(event, args)
    if (!request.ok || !visit.joined) return request
    return await answerMember(visit.joined.core, visit.joined.member, request.value)
  }
  for (;;) {
    if (ended) return
    const task = tasks.shift()
    if (task === undefined) await new Promise<void>((resolve) => (wake = resolve))
    else if (task) await doTask(world, identity, { task, ask })
  }
}

async function doTask(
  { kept, acknowledged }: World,
  identity: ScriptedIdentity,
  {
    task,
    ask,
  }: { readonly task: EdgeTask; readonly ask: (event: string, ...args: readonly unknown[]) => Promise<Reply<unknown>> },
): Promise<void> {
  if (task.task === 'evaluate') {
    await ask('evaluated', { round: publishedOf(task.model).round, model: 'global', evaluation: null })
    return
  }
  const { session, round } = configOf(task.config)
  if (task.measure) await ask('evaluated', { round: round - 1, model: 'global', evaluation: null })
  const name = `${identity.id} ${session}`
  if (task.accepted) {
    acknowledged.add(name)
    return
  }
  // A client forgets an update once it was told that it counts.
  if (acknowledged.has(name)) throw new Error(`${name} was acknowledged and is asked for again`)
  // A client trains once per session: it is this update that has to be counted, or none.
  const sealed =
    kept.get(name) ?? (await seal(task.config, identity, { layout: twoChunkLayout, value: valueOf(identity, round) }))
  kept.set(name, sealed)
  const reply = await upload({ ask }, sealed, reportOf(identity))
  if (reply.ok) acknowledged.add(name)
  else expect(reply.refusal.code).toBe('duplicate-update')
}

const valueOf = (identity: ScriptedIdentity, round: number) => identity.images * round

async function newFederation(): Promise<{ readonly federation: string; readonly token: string }> {
  const runs = await openRuns(whole)
  const settings = { name: 'Crash', rounds: 2, cohort: { minClients: 2 } }
  const { core, federation, token } = await createFederation(whole, runs, { settings, layout: twoChunkLayout })
  await serially(core, () => apply(core, { type: 'started' }))
  await runs.stop()
  return { federation, token }
}

/** Runs a federation with one coordinator that dies before durable operation `n`, and a second one that lives. */
async function cutOff(n: number): Promise<boolean> {
  const to = { ...(await newFederation()), kept: new Map<string, SealedUpdate>(), acknowledged: new Set<string>() }
  const { around, died, count } = mortal(n)
  const first = (async () => {
    const runs = await openRuns(around)
    await Promise.all(people.map((identity) => live({ ...to, runs }, identity)))
  })()
  await Promise.race([first, died])
  const wasCut = count() >= n
  const runs = await openRuns(whole)
  await Promise.all(people.map((identity) => live({ ...to, runs }, identity)))
  await runs.stop()
  await checkRun(to.federation)
  await forget(to.federation)
  return wasCut
}

/** Otherwise every further coordinator would load this run too. */
async function forget(federation: string): Promise<void> {
  for (const table of [runEvents, clients, invites, runStates, contributions, evaluations, sessions])
    await whole.db.delete(table).where(eq(table.federation, federation))
  await whole.db.delete(federations).where(eq(federations.id, federation))
}

async function checkRun(federation: string): Promise<void> {
  const records = await readRecords(whole.db, federation, { now: Date.now() })
  expect(records.map(({ round, session, outcome }) => ({ round, session, outcome }))).toEqual([
    { round: 1, session: 1, outcome: 'published' },
    { round: 2, session: 2, outcome: 'published' },
  ])
  for (const { round, contributions, model } of records) {
    expect(new Map(contributions.map(({ client, weight }) => [client, weight]))).toEqual(
      new Map(people.map(({ id, images }) => [id, images / 40])),
    )
    const { params } = decodeSafetensors(await whole.blobs.read(model?.sha256 ?? ''))
    // (10 · 10r + 30 · 30r) / 40
    expect(new Set(params.values)).toEqual(new Set([25 * round]))
  }
  expect(await readdir(joinPath(place.folder, 'sealed', federation))).toEqual([])
}

test('U5 U7 a run that is cut off before any of its durable operations ends with every round once and every update once', async () => {
  let n = 1
  while (await cutOff(n)) n += 1
  // Two rounds of two clients are at least this many durable operations.
  expect(n).toBeGreaterThan(35)
}, 120_000)
