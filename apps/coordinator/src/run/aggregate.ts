import { setImmediate } from 'node:timers/promises'
import {
  type Params,
  type RunEffect,
  type ServerLearner,
  type ServerState,
  closeRound,
  strategyOf,
} from '@passerby/federation'
import { canonicalText, hex, sha256, sign, utf8 } from '@passerby/privacy'
import { type PublishedModel, encodeSafetensors } from '@passerby/protocol'
import { CoordinatorError } from '../errors.ts'
import type { OpenLearner } from '../learner/learners.ts'
import type { BlobName } from '../store/blobs.ts'
import { type ModelRow, storeModelRow } from '../store/models.ts'
import type { KeptGroup } from '../store/schema.ts'
import type { SessionRow } from '../store/sessions.ts'
import { apply, nameIn, noteRow, sessionRow } from './apply.ts'
import type { RunCore } from './core.ts'
import { notesOfGroups } from './group-notes.ts'
import { type OpenSession, openSession } from './open-session.ts'
import { type KeptState, encodeMemory, isFiniteState, modelOf, readState } from './server-state.ts'
import { connectedOf } from './tasks.ts'

export type Aggregate = Extract<RunEffect, { type: 'aggregate' }>
/** Runs work alone in its federation, then the effects that it decided. */
export type Alone = (work: () => Promise<void>) => Promise<void>

/** More clients than a person can look at two by two. */
const SIMILARITIES_OF = 64

/**
 * From the sum to the new models. Beside the federation's queue, since distillation may take minutes: whoever comes, goes,
 * pauses or stops is dealt with meanwhile. Files first, then rows and machine in one step, then the key's end: so there is no
 * instant at which the sum is gone and the models not yet kept. May be cut off anywhere and done again with the same result.
 */
export async function aggregate(
  core: RunCore,
  effect: Aggregate,
  { signal, alone }: { readonly signal: AbortSignal; readonly alone: Alone },
): Promise<void> {
  const { around } = core
  const finish = around.metrics.aggregation.startTimer()
  const row = await sessionRow(core, effect.session)
  const before = core.newest ?? (await readState(core.kept, around.blobs))
  const closed = await close(core, row, { clients: effect.clients, before, signal })
  signal.throwIfAborted()
  const made = await keep(core, row, { before, after: closed.state })
  await alone(async () => {
    const { run } = core.machine
    if (signal.aborted || run.state !== 'aggregating' || run.session !== row.session) return
    await take(core, row, { ...made, ...closed })
    finish()
  })
}

type Closed = Awaited<ReturnType<typeof close>>

/** Forms the means, and has the strategy make of them what it makes. */
async function close(
  core: RunCore,
  row: SessionRow,
  {
    clients,
    before,
    signal,
  }: { readonly clients: readonly string[]; readonly before: ServerState; readonly signal: AbortSignal },
) {
  const { strategy } = core.settings
  const learner = strategyOf(strategy).distillation?.(row.round, strategy) && timed(learnerOf(core), signal)
  const session = holds(core.open, row, clients) ? core.open : await openSession(core, row, clients)
  const arrivals = session.fold.arrivals()
  const { state, grouping } = await closeRound(strategyOf(strategy), strategy, {
    state: before,
    closing: {
      round: row.round,
      arrivals,
      all: session.fold.mean(),
      mean: (of) => session.meanOf(of, signal),
      model: (client) => session.modelOf(client, signal),
      async pause() {
        await setImmediate()
        signal.throwIfAborted()
      },
      ...(learner && { learner }),
    },
  })
  if (!isFiniteState(state))
    throw new CoordinatorError(
      'not-finite',
      `What the strategy made of round ${row.round}'s updates holds values that are no numbers. Is its rate too high, or does a client send numbers that are far too large?`,
    )
  const compared = grouping && arrivals.length <= SIMILARITIES_OF ? grouping.similarity : undefined
  const similarity = compared
    ? { clients: arrivals.map(({ client }) => client), values: Array.from(compared, rounded) }
    : null
  const distilled = learner ? { images: core.publicSet?.images ?? 0, seconds: learner.seconds() } : null
  if (distilled) core.around.metrics.distillation.observe(distilled.seconds)
  return { state, similarity, isGrouped: grouping !== undefined, distilled }
}

/** More digits than a person reads would say more of the clients' models than is shown. */
const rounded = (similarity: number) => Math.round(similarity * 1e4) / 1e4

function learnerOf(core: RunCore): OpenLearner {
  const { around, settings, publicSet } = core
  if (!publicSet) throw new CoordinatorError('bad-folder', `The public set of ${core.id} is not known any more.`)
  return (core.learner ??= around.learners.open({ settings, publicSet }))
}

/** A learner that knows how long it was at work, and begins nothing more once it was stopped. */
function timed(learner: ServerLearner, signal: AbortSignal): ServerLearner & { readonly seconds: () => number } {
  let milliseconds = 0
  const time = async <Value>(work: () => Promise<Value>): Promise<Value> => {
    signal.throwIfAborted()
    const since = performance.now()
    return await work().finally(() => (milliseconds += performance.now() - since))
  }
  return {
    softTargets: (model, targets) => time(() => learner.softTargets(model, targets)),
    distil: (model, task) => time(() => learner.distil(model, task)),
    seconds: () => milliseconds / 1000,
  }
}

interface Made {
  readonly kept: KeptState
  readonly published: KeptGroup['published']
  readonly rows: readonly ModelRow[]
}

/** Writes the new state's files. What is there already is not written again. */
async function keep(
  core: RunCore,
  { round }: SessionRow,
  { before, after }: { readonly before: ServerState; readonly after: ServerState },
): Promise<Made> {
  const { around, id, settings, travelling } = core
  const rows: ModelRow[] = []
  const syncing: Promise<void>[] = []
  const known = new Map<Params, BlobName>(before.groups.map(({ model }, at) => [model, core.kept.groups[at].model]))
  const about = {
    federation: id,
    round: String(round),
    backbone: settings.local.backbone,
    settings: hex(await sha256(utf8(canonicalText(settings)))),
  }
  async function put(file: Uint8Array): Promise<BlobName> {
    const { durable, ...name } = await around.blobs.put(file)
    // Looked at when all files are written; one that fails before must not leave this one's failure to nobody.
    durable.catch(() => undefined)
    syncing.push(durable)
    return name
  }
  async function putModel(params: Params, name: string): Promise<BlobName> {
    const there = known.get(params)
    if (there) return there
    const model = await put(encodeSafetensors(params, about))
    known.set(params, model)
    rows.push({ ...model, layout: travelling.layout, name, createdAt: around.now() })
    return model
  }
  const name = `passerby-${id}-round-${round}`
  const model = await putModel(after.global, name)
  const groups: KeptGroup[] = []
  for (const [at, group] of after.groups.entries()) {
    const of = await putModel(group.model, `${name}-group-${at + 1}`)
    groups.push({ clients: group.clients, model: of, published: await statementOf(core, round, of) })
  }
  const memory = encodeMemory(after.memory, { federation: id, round: String(round) })
  const kept = { model, groups, memory: memory ? await put(memory) : null }
  const [published] = await Promise.all([statementOf(core, round, model), ...syncing])
  return { kept, published, rows }
}

async function statementOf({ around, id, settings, travelling }: RunCore, round: number, model: BlobName) {
  const statement: PublishedModel = {
    federation: id,
    round,
    model: { ...model, layout: travelling.layoutHash },
    local: settings.local,
  }
  return await sign('model', statement, around.keys.signing.privateKey)
}

/** The new state counts: in the journal, then here. */
async function take(core: RunCore, row: SessionRow, made: Made & Closed): Promise<void> {
  const { models, metrics } = core.around
  const { kept, published, rows, similarity, distilled, isGrouped, state } = made
  const result = {
    model: kept.model.sha256,
    published,
    groups: isGrouped || kept.groups.length > 0 ? kept.groups : null,
    memory: kept.memory,
    similarity,
    distilled,
  }
  const notes = notesOfGroups(core.kept.groups, kept.groups, { round: row.round, nameOf: nameIn(core) })
  const { memory: earlier } = core.kept
  // Before anyone may be told of them: rows are found by this until they are in their table.
  for (const one of rows) models.note(one)
  await apply(
    core,
    { type: 'aggregated', session: row.session },
    {
      kept,
      notes,
      change: { session: row.session, result },
      async write(to) {
        for (const one of rows) await storeModelRow(to, one)
      },
    },
  )
  // Not before: a download is put to the account of the run whose newest model it is.
  for (const member of connectedOf(core)) member.connection?.send('model.ready', modelOf(kept, member.id))
  if (earlier && earlier.sha256 !== kept.memory?.sha256) core.outdated.set(earlier.sha256, core.around.now())
  core.newest = state
  core.open = undefined
  noteRow(core, { ...row, ...result })
  core.closing.add(row.session)
  metrics.groups.set({ federation: core.id }, kept.groups.length)
}

/** True when the sum is over exactly the clients that the journal names (rule U7). */
function holds(open: OpenSession | undefined, row: SessionRow, clients: readonly string[]): open is OpenSession {
  const folded = open?.session === row.session ? open.fold.clients : undefined
  return folded?.size === clients.length && clients.every((client) => folded.has(client))
}
