import { setImmediate } from 'node:timers/promises'
import { type RunEffect, type ServerLearner, closeRound, strategyOf } from '@passerby/federation'
import { CoordinatorError } from '../errors.ts'
import type { OpenLearner } from '../learner/learners.ts'
import { storeModelRow } from '../store/models.ts'
import type { SessionRow } from '../store/sessions.ts'
import { apply, nameIn, noteRow, sessionRow } from './apply.ts'
import type { RunCore } from './core.ts'
import { notesOfGroups } from './group-notes.ts'
import { type OpenSession, openSession } from './open-session.ts'
import { modelOf, readShared } from './server-state.ts'
import { type FinishedState, type StateFiles, stateFiles } from './state-files.ts'
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
  const files = await stateFiles(core, row)
  const made = await make(core, row, { clients: effect.clients, files, signal }).catch(async (error: unknown) => {
    // What cannot be deleted is waste, and says less than what went wrong.
    await files.discard().catch(() => undefined)
    throw error
  })
  await alone(async () => {
    const { run } = core.machine
    if (signal.aborted || run.state !== 'aggregating' || run.session !== row.session) return await files.discard()
    await take(core, row, made)
    finish()
  })
}

interface Making {
  readonly clients: readonly string[]
  readonly files: StateFiles
  readonly signal: AbortSignal
}

async function make(core: RunCore, row: SessionRow, making: Making): Promise<Closed & FinishedState> {
  const closed = await close(core, row, making)
  making.signal.throwIfAborted()
  return { ...closed, ...(await making.files.finish(closed.state)) }
}

type Closed = Awaited<ReturnType<typeof close>>

/** Forms the means, and has the strategy make of them what it makes. */
async function close(core: RunCore, row: SessionRow, { clients, files, signal }: Making) {
  const { around, kept } = core
  const { strategy } = core.settings
  const learner = strategyOf(strategy).distillation?.(row.round, strategy) && timed(learnerOf(core), signal)
  const session = holds(core.open, row, clients) ? core.open : await openSession(core, row, clients)
  const arrivals = session.fold.arrivals()
  const shared = core.shared ?? (await readShared(kept, around.blobs))
  const { state, grouping } = await closeRound(strategyOf(strategy), strategy, {
    state: { ...shared, groups: kept.groups },
    closing: {
      round: row.round,
      arrivals,
      all: session.fold.mean(),
      mean: (of) => session.meanOf(of, signal),
      keep: (model) => files.putGroup(model),
      model: (client) => session.modelOf(client, signal),
      async pause() {
        await setImmediate()
        signal.throwIfAborted()
      },
      ...(learner && { learner }),
    },
  })
  const compared = grouping && arrivals.length <= SIMILARITIES_OF ? grouping.similarity : undefined
  const similarity = compared
    ? { clients: arrivals.map(({ client }) => client), values: Array.from(compared, rounded) }
    : null
  const distilled = learner ? { images: core.publicSet?.images ?? 0, seconds: learner.seconds() } : null
  if (distilled) around.metrics.distillation.observe(distilled.seconds)
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

/** The new state counts: in the journal, then here. */
async function take(core: RunCore, row: SessionRow, made: Closed & FinishedState): Promise<void> {
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
  core.shared = { global: state.global, memory: state.memory }
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
