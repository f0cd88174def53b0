import type { RunEffect, RunState } from '@passerby/federation'
import { CoordinatorError } from '../errors.ts'
import { storeConfigs } from '../store/sessions.ts'
import { abandon, isTheEndOf } from './abandon.ts'
import type { Alone } from './aggregate.ts'
import { beginAggregation } from './aggregation.ts'
import { noteRow, sessionRow } from './apply.ts'
import type { RunCore } from './core.ts'
import { abortReasons } from './notes.ts'
import { openSession } from './open-session.ts'

/**
 * What the round machine decided, done; an aggregation is only begun. Each effect may be cut off anywhere and is then done
 * again from the start, by this process or by the next one, with the same result.
 */
export async function perform(core: RunCore, effect: RunEffect, alone: Alone): Promise<void> {
  switch (effect.type) {
    case 'open-session':
      return await open(core, effect.session).catch(async (error: unknown) => {
        if (!isTheEndOf(error)) throw error
        await abandon(core, effect, error)
      })
    case 'aggregate':
      return beginAggregation(core, effect, alone)
    case 'publish':
      return await publish(core, effect.session)
    case 'abort-session':
      return await abort(core, effect)
    case 'close-round':
      core.standing = undefined
      return
    case 'end':
      core.learner?.close()
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

async function open(core: RunCore, session: number): Promise<void> {
  const { run } = core.machine
  if (run.state !== 'training') return
  const row = await sessionRow(core, session)
  const opened = await openSession(core, row, run.accepted)
  if (opened.notAfter <= core.around.now())
    throw new CoordinatorError('expired-session', `Session ${session} was open for too long to go on.`)
  // Before anyone is told of it, so that a key that goes with it is never replaced.
  const { config, groupConfigs } = opened
  if (row.config === null) await core.around.journal.write((to) => storeConfigs(to, row, { config, groupConfigs }))
  noteRow(core, { ...row, config, groupConfigs })
  core.open = opened
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
  core.aggregation?.stop()
  core.open = undefined
  core.closing.add(session)
  core.around.metrics.rounds.inc({ outcome: 'aborted' })
  const row = await sessionRow(core, session)
  for (const client of row.cohort)
    core.members.get(client)?.connection?.send('session.aborted', { session, reason: abortReasons[reason] })
}
