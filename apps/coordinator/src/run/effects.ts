import { type RunEffect, type RunState, closeRound, firstState, strategyOf } from '@passerby/federation'
import { canonicalText, hex, sha256, sign, utf8 } from '@passerby/privacy'
import { type PublishedModel, type Signed, decodeSafetensors, encodeSafetensors } from '@passerby/protocol'
import { CoordinatorError } from '../errors.ts'
import type { BlobName } from '../store/blobs.ts'
import { storeModelRow } from '../store/models.ts'
import { type SessionRow, findSession, storeConfig } from '../store/sessions.ts'
import { addNote, apply, noteRow } from './apply.ts'
import type { RunCore } from './core.ts'
import { abortReasons } from './notes.ts'
import { type OpenSession, openSession } from './open-session.ts'
import { connectedOf } from './tasks.ts'

/**
 * What the round machine decided, done. Each effect may be cut off anywhere and is then done again from the start,
 * by this process or by the next one, with the same result.
 */
export async function perform(core: RunCore, effect: RunEffect): Promise<void> {
  switch (effect.type) {
    case 'open-session':
      return await orAbandon(core, effect, () => open(core, effect.session))
    case 'aggregate':
      return await orAbandon(core, effect, () => aggregate(core, effect))
    case 'publish':
      return await publish(core, effect.session)
    case 'abort-session':
      return await abort(core, effect)
    case 'close-round':
      core.standing = undefined
      return
    case 'end':
      core.around.log.info({ federation: core.id, reason: effect.reason }, 'the run has ended')
  }
}

/** Whether an effect that could not be done at once still has a meaning. */
export function isDue(effect: RunEffect, run: RunState): boolean {
  switch (effect.type) {
    case 'open-session':
      return run.state === 'training' && run.session === effect.session
    case 'aggregate':
      return run.state === 'aggregating' && run.session === effect.session
    case 'publish':
    case 'abort-session':
    case 'close-round':
    case 'end':
      return true
  }
}

/** With these a session cannot go on, however often it is tried: it is abandoned, and its round opens anew. */
const endsSession: ReadonlySet<string> = new Set(['bad-key', 'lost-update', 'expired-session'])

/** Abandons the session, and says so to the operator, when `work` finds that it can never be done. */
async function orAbandon(
  core: RunCore,
  { round, session }: { readonly round: number; readonly session: number },
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof CoordinatorError) || !endsSession.has(error.code)) throw error
    await addNote(core, { level: 'error', kind: error.code, message: error.message, round, client: null })
    await apply(core, { type: 'unusable', session })
  }
}

async function open(core: RunCore, session: number): Promise<void> {
  const { run } = core.machine
  if (run.state !== 'training') return
  const row = await sessionRow(core, session)
  const opened = await openSession(core, row, run.accepted)
  if (opened.notAfter <= core.around.now())
    throw new CoordinatorError('expired-session', `Session ${session} was open for too long to go on.`)
  // Before anyone is told of it, so that a key that goes with it is never replaced.
  if (row.config === null) await core.around.journal.write((to) => storeConfig(to, row, opened.config))
  noteRow(core, { ...row, config: opened.config })
  core.open = opened
}

/**
 * Blob first, then row and machine in one step, then the key's end: so there is no instant at which the sum is gone
 * and the model not yet kept.
 */
async function aggregate(core: RunCore, effect: Extract<RunEffect, { type: 'aggregate' }>): Promise<void> {
  const { around, id, travelling } = core
  const finish = around.metrics.aggregation.startTimer()
  const row = await sessionRow(core, effect.session)
  const { params, file } = await sum(core, row, effect.clients)
  const { durable, ...model } = await around.blobs.put(file)
  const modelRow = {
    ...model,
    layout: travelling.layout,
    name: `passerby-${id}-round-${row.round}`,
    createdAt: around.now(),
  }
  around.models.note(modelRow)
  const [published] = await Promise.all([statementOf(core, row, model), durable])
  const result = { model: model.sha256, published }
  await apply(
    core,
    { type: 'aggregated', session: row.session },
    { model, change: { session: row.session, result }, write: (to) => storeModelRow(to, modelRow) },
  )
  // Not before: a download is put to the account of the run whose newest model it is.
  for (const member of connectedOf(core)) member.connection?.send('model.ready', model)
  core.newest = { sha256: model.sha256, params }
  core.open = undefined
  noteRow(core, { ...row, ...result })
  core.closing.add(row.session)
  finish()
}

/** The session's model, and as a file. */
async function sum(core: RunCore, row: SessionRow, clients: readonly string[]) {
  const { around, id, settings } = core
  const session = holds(core.open, row, clients) ? core.open : await openSession(core, row, clients)
  const inMemory = core.newest?.sha256 === row.baseModel ? core.newest.params : undefined
  const global = inMemory ?? decodeSafetensors(await around.blobs.read(row.baseModel)).params
  const { state } = await closeRound(strategyOf(settings.strategy), settings.strategy, {
    state: firstState(global),
    closing: {
      round: row.round,
      arrivals: session.fold.arrivals(),
      all: session.fold.mean(),
      mean: () => Promise.reject(new Error('not yet')),
      model: () => Promise.reject(new Error('not yet')),
    },
  })
  const params = state.global
  const file = encodeSafetensors(params, {
    federation: id,
    round: String(row.round),
    backbone: settings.local.backbone,
    settings: hex(await sha256(utf8(canonicalText(settings)))),
  })
  return { params, file }
}

async function statementOf(core: RunCore, { round }: SessionRow, model: BlobName): Promise<Signed> {
  const { around, id, settings, travelling } = core
  const statement: PublishedModel = {
    federation: id,
    round,
    model: { ...model, layout: travelling.layoutHash },
    local: settings.local,
  }
  return await sign('model', statement, around.keys.signing.privateKey)
}

/** True when the sum is over exactly the clients that the journal names (rule U7). */
function holds(open: OpenSession | undefined, row: SessionRow, clients: readonly string[]): open is OpenSession {
  const folded = open?.session === row.session ? open.fold.clients : undefined
  return folded?.size === clients.length && clients.every((client) => folded.has(client))
}

async function publish(core: RunCore, session: number): Promise<void> {
  const row = await sessionRow(core, session)
  if (row.published === null)
    throw new CoordinatorError('bad-folder', `The model of session ${session} has no statement.`)
  core.published = { round: row.round, session, statement: row.published }
  core.around.metrics.rounds.inc({ outcome: 'published' })
}

async function abort(core: RunCore, effect: Extract<RunEffect, { type: 'abort-session' }>): Promise<void> {
  const { session, reason } = effect
  core.open = undefined
  core.closing.add(session)
  core.around.metrics.rounds.inc({ outcome: 'aborted' })
  const row = await sessionRow(core, session)
  for (const client of row.cohort)
    core.members.get(client)?.connection?.send('session.aborted', { session, reason: abortReasons[reason] })
}

async function sessionRow(core: RunCore, session: number): Promise<SessionRow> {
  const known = core.rows.get(session)
  if (known) return known
  const row = await findSession(core.around.db, { federation: core.id, session })
  if (row === undefined) throw new CoordinatorError('bad-folder', `Session ${session} of ${core.id} has no row.`)
  noteRow(core, row)
  return row
}
