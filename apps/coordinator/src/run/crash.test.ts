import { join as joinPath } from 'node:path'
import { readdir } from 'node:fs/promises'
import type { EdgeNotices, EdgeTask, FederationSettingsInput, JoinReply, Reply, RoundRecord } from '@passerby/protocol'
import { decodeSafetensors } from '@passerby/protocol'
import type { SealedUpdate } from '@passerby/privacy'
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { smallLayout, twoChunkLayout } from '../../test/model.ts'
import { publicSetOnly } from '../../test/public-set-only.ts'
import {
  type ScriptedIdentity,
  type ScriptedUpdate,
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
let everyone: readonly ScriptedIdentity[]
beforeAll(async () => {
  place = await openSurroundings()
  whole = { ...place.around, learners: publicSetOnly(place.around.blobs) }
  everyone = [
    await newIdentity('Anna', 10),
    await newIdentity('Ben', 30),
    await newIdentity('Cleo', 20),
    await newIdentity('Dora', 20),
  ]
}, 60_000)

/** What is in a model, each value once. */
type ValuesOf = (model: { readonly sha256: string } | null) => Promise<readonly number[]>

/** A run of two rounds, and how it must end. */
interface Scenario {
  readonly settings: FederationSettingsInput
  readonly people: readonly ScriptedIdentity[]
  readonly update: (identity: ScriptedIdentity, round: number) => ScriptedUpdate
  readonly checkRound: (record: RoundRecord, valuesOf: ValuesOf) => Promise<void>
}

const withMemory = (): Scenario => ({
  settings: { name: 'Crash', rounds: 2, cohort: { minClients: 2 }, strategy: { name: 'fedavgm', momentum: 0.9 } },
  people: everyone.slice(0, 2),
  update: (identity, round) => ({ layout: twoChunkLayout, value: identity.images * round }),
  async checkRound({ round, contributions, model, groups }, values) {
    expect(new Map(contributions.map(({ client, weight }) => [client, weight]))).toEqual(
      new Map(everyone.slice(0, 2).map(({ id, images }) => [id, images / 40])),
    )
    expect(groups).toEqual([])
    // The mean is (10 · 10r + 30 · 30r) / 40 = 25r, as are the statistics. v: 25, then 0.9 · 25 + 25.
    expect(await values(model)).toEqual(round === 1 ? [25] : [72.5, 50])
  },
})

const inGroups = (): Scenario => {
  const [anna, ben, cleo, dora] = everyone
  const groups = [
    [anna, cleo],
    [ben, dora],
  ].map((group) =>
    group
      .map(({ id }) => id)
      .sort()
      .join(),
  )
  return {
    settings: {
      name: 'Crash',
      rounds: 2,
      cohort: { minClients: 4 },
      strategy: { name: 'fedpav', clustering: { by: 'averaged', images: 2 } },
      local: { embedding: 8 },
    },
    people: everyone,
    update(identity, round) {
      const first = identity === anna || identity === cleo
      const sketch = Float32Array.of(first ? 1 : 0, first ? 0 : 1, identity.images / 100, 0, 0, 0, 0, 0)
      return { layout: smallLayout, value: identity.images * round, extras: sketch }
    },
    async checkRound({ round, model, groups: made, similarity }, values) {
      expect(new Set(made.map(({ clients }) => clients.join()))).toEqual(new Set(groups))
      expect(similarity?.clients).toEqual(everyone.map(({ id }) => id).sort())
      expect(similarity?.values).toEqual(similarity?.values.map((value) => Math.round(value * 1e4) / 1e4))
      // (10² + 20²) / 30 and (30² + 20²) / 50, and (10² + 30² + 20² + 20²) / 80 for everyone, times the round.
      for (const { clients, model } of made)
        expect(await values(model)).toEqual([Math.fround((clients.includes(anna.id) ? 500 / 30 : 26) * round)])
      expect(await values(model)).toEqual([22.5 * round])
    },
  }
}

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
  readonly scenario: Scenario
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
  { scenario, kept, acknowledged }: World,
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
  const sealed = kept.get(name) ?? (await seal(task.config, identity, scenario.update(identity, round)))
  kept.set(name, sealed)
  const reply = await upload({ ask }, sealed, reportOf(identity))
  if (reply.ok) acknowledged.add(name)
  else expect(reply.refusal.code).toBe('duplicate-update')
}

async function newFederation({ settings, update, people }: Scenario) {
  const runs = await openRuns(whole)
  const { layout } = update(people[0], 1)
  const { core, federation, token } = await createFederation(whole, runs, { settings, layout })
  await serially(core, () => apply(core, { type: 'started' }))
  await runs.stop()
  return { federation, token }
}

/** Runs a federation with one coordinator that dies before durable operation `n`, and a second one that lives. */
async function cutOff(scenario: Scenario, n: number): Promise<boolean> {
  const { people } = scenario
  const told = { kept: new Map<string, SealedUpdate>(), acknowledged: new Set<string>() }
  const to = { ...(await newFederation(scenario)), ...told, scenario }
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
  await checkRun(to.federation, scenario)
  await forget(to.federation)
  return wasCut
}

/** Otherwise every further coordinator would load this run too. */
async function forget(federation: string): Promise<void> {
  for (const table of [runEvents, clients, invites, runStates, contributions, evaluations, sessions])
    await whole.db.delete(table).where(eq(table.federation, federation))
  await whole.db.delete(federations).where(eq(federations.id, federation))
}

async function checkRun(federation: string, { checkRound }: Scenario): Promise<void> {
  const records = await readRecords(whole.db, federation, { now: Date.now() })
  expect(records.map(({ round, session, outcome }) => ({ round, session, outcome }))).toEqual([
    { round: 1, session: 1, outcome: 'published' },
    { round: 2, session: 2, outcome: 'published' },
  ])
  for (const record of records)
    await checkRound(record, async (model) => {
      const { params } = decodeSafetensors(await whole.blobs.read(model?.sha256 ?? ''))
      return [...new Set(params.values)]
    })
  expect(await readdir(joinPath(place.folder, 'sealed', federation))).toEqual([])
}

test.each([
  ['U5 U7', 'with server momentum', withMemory, 35],
  ['R11 U7', 'in groups with models of their own', inGroups, 50],
] as const)(
  '%s a run %s that is cut off before any of its durable operations ends with every round once and every update once',
  async (_, __, scenario, operations) => {
    let n = 1
    while (await cutOff(scenario(), n)) n += 1
    // Two rounds are at least so many durable operations.
    expect(n).toBeGreaterThan(operations)
  },
  240_000,
)
