import { backboneByName, initialise, parametersOf } from '@passerby/backbones'
import {
  type DistillationTask,
  type Layout,
  type Params,
  type SoftTargets,
  layoutSize,
  targetsShare,
} from '@passerby/federation'
import { type RoundRecord, accept, decodeSafetensors, encodeSafetensors } from '@passerby/protocol'
import { afterEach, expect, test, vi } from 'vitest'
import { edgeServer } from '../../test/edge-server.ts'
import { smallLayout } from '../../test/model.ts'
import { publicFolder } from '../../test/public-folder.ts'
import { type ReturningClient, participate } from '../../test/returning-client.ts'
import { type ScriptedIdentity, connect, join, newIdentity } from '../../test/scripted-client.ts'
import { seeded } from '../../test/seeded.ts'
import { createFederation, openSurroundings } from '../../test/surroundings.ts'
import { CoordinatorError } from '../errors.ts'
import { type Learners, type OpenLearner, learnersBeside } from '../learner/learners.ts'
import type { Envelopes } from '../store/envelopes.ts'
import { viewOf } from '../operator/views.ts'
import { newestEvents } from '../store/journal.ts'
import { readRecords } from '../store/records.ts'
import { apply } from './apply.ts'
import type { RunCore, Surroundings } from './core.ts'
import { readmit } from './exclusion.ts'
import { serially } from './interpreter.ts'

vi.setConfig({ testTimeout: 120_000 })

const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

const IMAGES = 6
const EMBEDDING = 8
const local = { backbone: 'tiny', embedding: EMBEDDING, input: { height: 32, width: 16 } }
const distilling = (teachers: 'private' | 'open') => ({
  name: `Taught, ${teachers}`,
  rounds: 1,
  cohort: { minClients: 3 },
  strategy: { name: 'fedpav', distillation: { teachers, images: IMAGES, rate: 0.05 } } as const,
  local,
})
const targets: SoftTargets = { of: 'embeddings' }

/** What a learner beside the coordinator is asked. */
interface Asked {
  readonly models: Params[]
  readonly tasks: (DistillationTask & { readonly model: Params })[]
  closed: number
}

function noted(learners: Learners, asked: Asked): Learners {
  return {
    ...learners,
    open(task) {
      const learner = learners.open(task)
      return {
        softTargets(model, targets) {
          asked.models.push(model)
          return learner.softTargets(model, targets)
        },
        distil(model, task) {
          asked.tasks.push({ ...task, model })
          return learner.distil(model, task)
        },
        close() {
          asked.closed += 1
          learner.close()
        },
      }
    },
  }
}

/** Counts how often a client's update is looked up in its session's folder. */
function lookedUp(envelopes: Envelopes): { readonly envelopes: Envelopes; readonly count: () => number } {
  let count = 0
  const session: Envelopes['session'] = (federation, number) => {
    const folder = envelopes.session(federation, number)
    return {
      ...folder,
      find(client) {
        count += 1
        return folder.find(client)
      },
    }
  }
  return { envelopes: { ...envelopes, session }, count: () => count }
}

async function place(learners: (around: Surroundings) => Learners) {
  const opened = await openSurroundings()
  const plain = opened.around
  closers.push(() => opened.close())
  const { envelopes, count } = lookedUp(plain.envelopes)
  const asked: Asked = { models: [], tasks: [], closed: 0 }
  const around = { ...plain, envelopes, learners: noted(learners(plain), asked) }
  const server = await edgeServer(around)
  closers.push(() => server.close())
  return { around, server, asked, count }
}
type Here = Awaited<ReturnType<typeof place>>

async function started(
  { around, server }: Here,
  settings: Parameters<typeof createFederation>[2]['settings'],
  start: { readonly layout: Layout; readonly model?: Uint8Array },
) {
  const created = await createFederation(around, server.runs, { settings, ...start })
  await serially(created.core, () => apply(created.core, { type: 'started' }))
  return created
}

const recordOf = async ({ around, id }: RunCore): Promise<RoundRecord> =>
  (await readRecords(around.db, id, { now: Date.now() }))[0]

const difference = (a: Float32Array, b: Float32Array) =>
  a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i])), a.length === b.length ? 0 : Infinity)

test('R13 both ways teach by the same targets; in the private one no update is opened once it is summed', async () => {
  const people = await publicFolder(IMAGES)
  closers.push(() => people.remove())
  const here = await place(({ blobs, log }) => learnersBeside(people.path, { blobs, log }))
  const { around, server, asked, count } = here
  const backbone = backboneByName('tiny', EMBEDDING)
  const layout: Layout = parametersOf(backbone).map(({ name, shape, role }) => ({ name, shape, role }))
  const first = { layout, values: initialise(backbone, 1) }
  const start = { layout, model: encodeSafetensors(first) }
  const { core } = await createFederation(around, server.runs, { settings: distilling('open'), ...start })
  if (!core.publicSet) throw new Error('no public set')

  // Three models that were really trained: each towards targets of its own.
  const random = seeded(5)
  const teacher = learnersBeside(undefined, around).open({ settings: core.settings, publicSet: core.publicSet })
  closers.push(async () => teacher.close())
  const clients: { readonly weight: number; readonly model: Params; readonly says: Float32Array }[] = []
  for (const weight of [1, 20, 300]) {
    const values = Float32Array.from({ length: IMAGES * EMBEDDING }, () => random() - 0.5)
    const model = await teacher.distil(first, { round: weight, values, targets, rate: 0.1 })
    clients.push({ weight, model, says: await teacher.softTargets(model, targets) })
  }
  expect(difference(clients[0].says, clients[1].says)).toBeGreaterThan(0.01)

  const taught = async (teachers: 'private' | 'open') => {
    const { core, federation, token } = await started(here, distilling(teachers), start)
    const before = count()
    const lives = clients.map(async ({ weight, model, says }, at): Promise<ReturningClient> => {
      const extras = teachers === 'private' ? targetsShare(says, weight) : new Float32Array()
      const identity = await newIdentity(`Client ${at}`, weight)
      return { identity, update: () => ({ layout, value: model.values, extras }) }
    })
    const up = Promise.resolve(server.url)
    await Promise.all(lives.map(async (client) => participate({ up, federation, token }, await client)))
    await server.runs.idle()
    return {
      record: await recordOf(core),
      task: asked.tasks.splice(0),
      models: asked.models.splice(0),
      found: count() - before,
    }
  }
  const open = await taught('open')
  const inPrivate = await taught('private')

  expect(open.models.map(({ values }) => values.length)).toEqual(clients.map(() => layoutSize(layout)))
  // Each client looks its own update up once, when it begins to send it; and the coordinator each, where it opens them.
  expect(open.found).toBe(clients.length * 2)
  expect(inPrivate.models).toEqual([])
  expect(inPrivate.found).toBe(clients.length)
  expect([open.task.length, inPrivate.task.length]).toEqual([1, 1])
  const [of, alone] = [open.task[0], inPrivate.task[0]]
  const mean = of.values.map((_, i) => clients.reduce((sum, { says }) => sum + says[i], 0) / clients.length)
  expect(difference(of.values, mean)).toBeLessThan(1e-6)
  expect(difference(alone.values, of.values)).toBeLessThan(1e-5)
  // What is taught is the mean of all, and none of theirs.
  expect(difference(alone.model.values, of.model.values)).toBe(0)
  for (const { model } of clients) expect(difference(alone.model.values, model.values)).toBeGreaterThan(1e-4)

  for (const { record, task } of [open, inPrivate]) {
    expect(record).toMatchObject({ outcome: 'published', distilled: { images: IMAGES }, groups: [] })
    expect(record.distilled?.seconds).toBeGreaterThan(0)
    const { params } = decodeSafetensors(await around.blobs.read(record.model?.sha256 ?? ''))
    expect(difference(params.values, task[0].model.values)).toBeGreaterThan(1e-4)
  }
  expect(asked.closed).toBe(2)
})

/** A learner beside the coordinator that does what a test says. */
function scriptedLearners(learner: OpenLearner): (around: Surroundings) => Learners {
  return ({ blobs }) => ({
    async publicSet({ height, width }) {
      const { sha256 } = await blobs.put(new Uint8Array(IMAGES * height * width * 3))
      return accept({ sha256, images: IMAGES, height, width })
    },
    open: () => learner,
  })
}

/** Three clients that send what they trained; the round is aggregated once so many have as it needs. */
async function aggregating(here: Here, { rounds = 1, minClients = 3 } = {}) {
  const settings = { ...distilling('open'), rounds, cohort: { minClients } }
  const { core, federation, token } = await started(here, settings, { layout: smallLayout })
  const up = Promise.resolve(here.server.url)
  const identities = await Promise.all(['Anna', 'Ben', 'Cleo'].map((name) => newIdentity(name)))
  const live = (identity: ScriptedIdentity) =>
    participate({ up, federation, token }, { identity, update: () => ({ layout: smallLayout, value: 2 }) })
  return {
    core,
    federation,
    token,
    lives: Promise.all(identities.map(live)),
    rejoin: (client: string) => Promise.all(identities.filter(({ id }) => id === client).map(live)),
  }
}

test('R13 while a model is taught clients come and go, a pause is noted and a stop obeyed at once', async () => {
  let give: (error: Error) => void = () => undefined
  let begun: () => void = () => undefined
  const beginning = new Promise<void>((resolve) => (begun = resolve))
  const here = await place(
    scriptedLearners({
      softTargets: async () => new Float32Array(IMAGES * EMBEDDING),
      distil: () =>
        new Promise((_, reject) => {
          give = reject
          begun()
        }),
      close: () => give(new CoordinatorError('learner', 'it was ended')),
    }),
  )
  const { core, federation, token, lives } = await aggregating(here, { rounds: 3 })
  await beginning
  expect(core.machine.run.state).toBe('aggregating')
  const late = await connect(here.server.url)
  expect((await join(late, await newIdentity('Dora'), { federation, token })).task).toBeNull()
  await serially(core, () => apply(core, { type: 'paused' }))
  expect(core.machine.run).toMatchObject({ state: 'aggregating', thenPause: true })
  await serially(core, () => apply(core, { type: 'stopped' }))
  await lives
  await here.server.runs.idle()
  expect(core.machine.run).toEqual({ state: 'ended', rounds: 0, reason: 'stopped' })
  expect(here.asked.closed).toBeGreaterThan(0)
  expect((await recordOf(core)).outcome).toBe('aborted')
  // Nobody was told of a learner that failed: it was ended.
  expect((await newestEvents(here.around.db, core.id)).map(({ kind }) => kind)).not.toContain('learner')
  expect(await here.around.envelopes.session(core.id, 1).readKey()).toBeUndefined()
  late.close()
})

test('R13 what was written of a model that never counts is deleted', async () => {
  const here = await place(
    scriptedLearners({
      softTargets: async () => new Float32Array(IMAGES * EMBEDDING),
      distil: async (model) => model,
      close: () => undefined,
    }),
  )
  const { core, lives } = await aggregating(here)
  const { blobs } = here.around
  const put = blobs.put.bind(blobs)
  const written: string[] = []
  // The operator stops the run when the model is written, before it counts.
  vi.spyOn(blobs, 'put').mockImplementation(async (bytes) => {
    const name = await put(bytes)
    written.push(name.sha256)
    await serially(core, () => apply(core, { type: 'stopped' }))
    return name
  })
  await lives
  await here.server.runs.idle()
  expect(written.length).toBeGreaterThan(0)
  for (const sha256 of written) expect(await blobs.open(sha256)).toBeUndefined()
})

test('R13 a learner that fails is told of, and the round is tried again with the same updates', async () => {
  let failures = 1
  const here = await place(
    scriptedLearners({
      softTargets: async () => new Float32Array(IMAGES * EMBEDDING),
      async distil({ layout, values }) {
        if (failures-- > 0) throw new CoordinatorError('learner', 'The learner beside the coordinator ended: SIGKILL.')
        return { layout, values: values.map((value) => value + 1) }
      },
      close: () => undefined,
    }),
  )
  const { core, lives } = await aggregating(here)
  await lives
  await here.server.runs.idle()
  const told = (await newestEvents(here.around.db, core.id)).filter(({ kind }) => kind === 'learner')
  expect(told.map(({ message }) => message)).toEqual([
    'Round 1: the model could not be taught, and is tried again: The learner beside the coordinator ended: SIGKILL.',
  ])
  expect(here.asked.tasks).toHaveLength(2)
  const record = await recordOf(core)
  expect([record.session, record.outcome]).toEqual([1, 'published'])
  const { params } = decodeSafetensors(await here.around.blobs.read(record.model?.sha256 ?? ''))
  expect(new Set(params.values)).toEqual(new Set([3]))
})

test('R13 a model that cannot be taught costs its session, and the round opens anew', async () => {
  let failures = 3
  const here = await place(
    scriptedLearners({
      softTargets: async () => new Float32Array(IMAGES * EMBEDDING),
      async distil(model) {
        if (failures-- > 0) throw new CoordinatorError('learner', 'Distillation left numbers that are none.')
        return model
      },
      close: () => undefined,
    }),
  )
  const { core, lives } = await aggregating(here)
  await lives
  await here.server.runs.idle()
  const told = (await newestEvents(here.around.db, core.id)).filter(({ kind }) => kind === 'learner')
  expect(told.map(({ level }) => level).toSorted()).toEqual(['error', 'warning', 'warning'])
  expect(here.asked.tasks).toHaveLength(4)
  const records = await readRecords(here.around.db, core.id, { now: Date.now() })
  expect(records.map(({ round, session, outcome }) => [round, session, outcome])).toEqual([
    [1, 1, 'aborted'],
    [1, 2, 'published'],
  ])
})

/** Says of one model of the first session that it makes no numbers: of the client that is second in order. */
async function withOneWrong() {
  let asked = 0
  return await place(
    scriptedLearners({
      softTargets: async () => new Float32Array(IMAGES * EMBEDDING).fill(++asked === 2 ? Number.NaN : 0.1),
      distil: async (model) => model,
      close: () => undefined,
    }),
  )
}

test('R14 R15 who says what is no number of the public set is named and taken out, and the run goes on without it', async () => {
  const here = await withOneWrong()
  const { core, lives } = await aggregating(here, { minClients: 2 })
  await lives
  await here.server.runs.idle()
  const events = await newestEvents(here.around.db, core.id)
  const [wrong] = [...core.members.values()].filter(({ excluded }) => excluded !== null)
  const reason = 'What its model says of public images holds values that are no numbers.'
  expect(wrong.excluded).toMatchObject({ by: 'coordinator', reason })
  const since = events.slice(events.findIndex(({ kind }) => kind === 'wrong-targets'))
  const decided = since.filter(({ kind }) => !['arrived', 'lost', 'accepted'].includes(kind)).slice(0, 4)
  expect(decided.map(({ level, kind, client, message }) => [level, kind, client, message])).toEqual([
    ['error', 'wrong-targets', wrong.id, `${wrong.alias}: ${reason}`],
    ['warning', 'excluded', wrong.id, `${wrong.alias} was taken out by the coordinator: ${reason}`],
    ['warning', 'abort-session', null, expect.any(String)],
    ['note', 'open-session', null, 'Round 1 opened with 2 clients'],
  ])
  const records = await readRecords(here.around.db, core.id, { now: Date.now() })
  expect(records.map(({ session, outcome }) => [session, outcome])).toEqual([
    [1, 'aborted'],
    [2, 'published'],
  ])
  const others = [...core.members.values()].filter((member) => member !== wrong)
  expect(records[1].contributions.map(({ client }) => client).sort()).toEqual(others.map(({ id }) => id).sort())
})

test('R15 with too few left the run waits for more, and goes on once the client that was named is let in again', async () => {
  const here = await withOneWrong()
  const { core, lives, rejoin } = await aggregating(here)
  await vi.waitFor(() => expect(core.machine.run).toMatchObject({ state: 'open', round: 1, session: 2 }), 20_000)
  expect((await viewOf(core)).phase).toEqual({ phase: 'open', round: 1, present: 2, needed: 3 })
  const [wrong] = [...core.members.values()].filter(({ excluded }) => excluded !== null)
  await serially(core, () => readmit(core, wrong))
  await Promise.all([lives, rejoin(wrong.id)])
  await here.server.runs.idle()
  expect(core.machine.run).toEqual({ state: 'ended', rounds: 1, reason: 'completed' })
  const [, record] = await readRecords(here.around.db, core.id, { now: Date.now() })
  expect(record).toMatchObject({ session: 2, outcome: 'published' })
  expect(record.contributions).toHaveLength(3)
})
