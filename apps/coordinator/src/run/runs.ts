import { randomBytes } from 'node:crypto'
import { type RunState, newMachine, publicImagesOf, restoredMachine } from '@passerby/federation'
import {
  FederationSettings,
  type PublicSet,
  type Reply,
  type RunEventView,
  accept,
  parse,
  refuse,
} from '@passerby/protocol'
import { desc, eq } from 'drizzle-orm'
import { CoordinatorError } from '../errors.ts'
import type { BlobName } from '../store/blobs.ts'
import { newestEvents } from '../store/journal.ts'
import { findModel } from '../store/models.ts'
import { clients, federations, runStates } from '../store/schema.ts'
import { newestModel } from '../store/sessions.ts'
import { apply } from './apply.ts'
import { type RunCore, type Surroundings, layoutHash, planOf } from './core.ts'
import { serially } from './interpreter.ts'
import { type Member, absent } from './member.ts'
import { serialQueue } from './queue.ts'

/** Every federation of a coordinator, each with its own queue, machine and journal. */
export interface Runs {
  get(federation: string): RunCore | undefined
  /** Newest first. */
  all(): readonly RunCore[]
  /** Refused when no model of that hash was uploaded, or when the public images are missing that the strategy needs. */
  create(settings: FederationSettings, model: string): Promise<Reply<RunCore>>
  /** Called after every change of a run, with the events that were journalled. */
  onChange(listener: (core: RunCore, events: readonly RunEventView[]) => void): void
  /** Decides nothing more: effects that are journalled and not begun are left to the next start. */
  readonly stop: () => Promise<void>
  /** Resolves when what was asked so far is done. */
  readonly idle: () => Promise<void>
}

/** Loads every run from the journal; what was cut off goes on. */
export async function openRuns(around: Surroundings): Promise<Runs> {
  const cores = new Map<string, RunCore>()
  const listeners = new Set<(core: RunCore, events: readonly RunEventView[]) => void>()
  const changed = (id: string) => (events: readonly RunEventView[]) => {
    const core = cores.get(id)
    if (core) for (const listener of listeners) listener(core, events)
  }
  const rows = await around.db
    .select()
    .from(federations)
    .leftJoin(runStates, eq(runStates.federation, federations.id))
    .orderBy(desc(federations.createdAt))
  for (const { federation, run_state: journalled } of rows) {
    const core = await loadRun(around, federation, journalled?.state ?? { state: 'idle' })
    cores.set(core.id, Object.assign(core, { changed: changed(core.id) }))
    await serially(core, () => apply(core, { type: 'restored' }))
  }
  async function idle(): Promise<void> {
    for (const core of cores.values()) {
      await core.openings.idle()
      await core.events.idle()
      await core.aggregation?.rest
      await core.events.idle()
    }
  }
  return {
    get: (federation) => cores.get(federation),
    all: () => [...cores.values()].sort((a, b) => b.createdAt - a.createdAt),
    async create(settings, model) {
      if ((await findModel(around.db, model)) === undefined)
        return refuse('not-found', 'No model of that hash was uploaded. Upload it first.')
      const publicSet = await publicSetFor(around, settings)
      if (!publicSet.ok) return publicSet
      const id = newId(settings.name)
      const row = { id, settings, initialModel: model, createdAt: around.now(), publicSet: publicSet.value }
      await around.db.insert(federations).values(row)
      const core = await loadRun(around, row, newMachine.run)
      cores.set(core.id, Object.assign(core, { changed: changed(core.id) }))
      core.changed([])
      return accept(core)
    },
    onChange: (listener) => void listeners.add(listener),
    async stop() {
      for (const core of cores.values()) {
        core.closed = true
        clearTimeout(core.timer)
        core.aggregation?.stop()
        core.learner?.close()
      }
      await idle()
    },
    idle,
  }
}

async function loadRun(around: Surroundings, row: typeof federations.$inferSelect, state: RunState): Promise<RunCore> {
  const settings = settingsOf(row)
  const initial = await findModel(around.db, row.initialModel)
  if (initial === undefined) throw new Error(`The initial model of ${row.id} has no row.`)
  const newest = await newestModel(around.db, row.id)
  const model = newest?.model ? await findModel(around.db, newest.model) : initial
  if (model === undefined) throw new Error(`The newest model of ${row.id} has no row.`)
  const isOpen = state.state === 'training' || state.state === 'aggregating'
  await around.envelopes.keepOnly(row.id, isOpen ? state.session : undefined)
  return {
    around,
    id: row.id,
    settings,
    plan: planOf(settings),
    travelling: {
      layout: initial.layout,
      layoutHash: await layoutHash(initial.layout),
    },
    initialModel: named(initial),
    publicSet: row.publicSet,
    createdAt: row.createdAt,
    events: serialQueue(),
    openings: serialQueue(),
    outbox: [],
    members: new Map((await membersOf(around, row.id)).map((member) => [member.id, member])),
    machine: restoredMachine(state),
    kept: { model: named(model), groups: newest?.groups ?? [], memory: newest?.memory ?? null },
    shared: undefined,
    open: undefined,
    aggregation: undefined,
    abandoned: undefined,
    learner: undefined,
    published: undefined,
    traffic: { up: 0, down: 0 },
    standing: undefined,
    closing: new Set(),
    outdated: new Map(),
    spareKey: undefined,
    rows: new Map(),
    lastEvent: (await newestEvents(around.db, row.id, 1)).map(({ at, message }) => ({ at, message })).at(0) ?? null,
    timer: undefined,
    closed: false,
    changed: () => undefined,
  }
}

async function membersOf({ db }: Surroundings, federation: string): Promise<readonly Member[]> {
  const rows = await db.select().from(clients).where(eq(clients.federation, federation))
  return rows.map(({ deviceName, backend, imagesPerSecond, ...row }) => ({
    ...row,
    device: { name: deviceName, backend: backend === 'webgpu' ? 'webgpu' : 'wasm', imagesPerSecond },
    hidden: false,
    ...absent(),
  }))
}

const named = ({ sha256, bytes }: BlobName): BlobName => ({ sha256, bytes })

/** The public images that its strategy looks at; null where it looks at none. */
async function publicSetFor(
  { learners }: Surroundings,
  settings: FederationSettings,
): Promise<Reply<PublicSet | null>> {
  const images = publicImagesOf(settings.strategy)
  if (images === 0) return accept(null)
  const { height, width } = settings.local.input
  return await learners.publicSet({ images, height, width })
}

/** What an earlier version had no word for is at its default. */
function settingsOf({ id, settings }: typeof federations.$inferSelect): FederationSettings {
  const parsed = parse(FederationSettings, settings)
  if (parsed.ok) return parsed.value
  const what = `The settings of ${id} are of another version: ${parsed.refusal.message}. Run the version that made it.`
  throw new CoordinatorError('bad-folder', what)
}

/** Readable in a link, and never given twice. */
function newId(name: string): string {
  const words = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
  const stem = words
    .replace(/^-+|-+$/g, '')
    .slice(0, 30)
    .replace(/-+$/, '')
  return `${stem || 'federation'}-${randomBytes(3).toString('hex')}`
}
