import { FederationError } from '@passerby/federation'
import { CoordinatorError } from '../errors.ts'
import { addNote, apply, nameIn } from './apply.ts'
import type { RunCore } from './core.ts'
import { exclude } from './exclusion.ts'
import type { Note } from './notes.ts'

/** With these a session cannot go on, however often it is tried: it is abandoned, and its round opens anew. */
const endsSession: ReadonlySet<string> = new Set(['bad-key', 'lost-update', 'expired-session'])

export type SessionEnd = CoordinatorError | FederationError

export function isTheEndOf(error: unknown): error is SessionEnd {
  return error instanceof FederationError || (error instanceof CoordinatorError && endsSession.has(error.code))
}

/** A round that was abandoned so often in a row (by one process), nobody being named as the reason, would be for ever. */
const PAUSES_AFTER = 3

/**
 * Says to the operator what is gone, and opens the round anew: without the client that is named as the reason, even where
 * too few are left then, since with it the round would be abandoned for ever. Does nothing once the session is over. Only
 * inside `serially`.
 */
export async function abandon(
  core: RunCore,
  { round, session }: { readonly round: number; readonly session: number },
  error: SessionEnd,
): Promise<void> {
  const { run } = core.machine
  if (!('session' in run) || run.session !== session) return
  const client = (error instanceof FederationError ? error.client : undefined) ?? null
  const message = client === null ? error.message : `${nameIn(core)(client)}: ${error.message}`
  await addNote(core, { level: 'error', kind: error.code, message, round, client })
  const member = client === null ? undefined : core.members.get(client)
  const times = core.abandoned?.round === round ? core.abandoned.times + 1 : 1
  const isTooOften = member === undefined && times >= PAUSES_AFTER
  if (member) await exclude(core, member, { by: 'coordinator', reason: error.message })
  if (isTooOften) await apply(core, { type: 'paused' }, { notes: [pauseNote(round)] })
  // Means nothing where one of these has abandoned the session.
  await apply(core, { type: 'unusable', session })
  core.abandoned = member || isTooOften ? undefined : { round, times }
}

function pauseNote(round: number): Note {
  const message = `Round ${round} was abandoned ${PAUSES_AFTER} times in a row for what the errors before this say, so the run is paused: take out a client that you suspect and resume, or stop it and begin one with other settings`
  return { level: 'error', kind: 'abandoned', message, round, client: null }
}
