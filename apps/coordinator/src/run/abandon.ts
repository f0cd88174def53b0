import { CoordinatorError } from '../errors.ts'
import { addNote, apply } from './apply.ts'
import type { RunCore } from './core.ts'

/** With these a session cannot go on, however often it is tried: it is abandoned, and its round opens anew. */
const endsSession: ReadonlySet<string> = new Set(['bad-key', 'lost-update', 'expired-session', 'not-finite'])

export function isTheEndOf(error: unknown): error is CoordinatorError {
  return error instanceof CoordinatorError && endsSession.has(error.code)
}

/** Says to the operator what is gone, and opens the round anew. Only inside `serially`. */
export async function abandon(
  core: RunCore,
  { round, session }: { readonly round: number; readonly session: number },
  { code, message }: CoordinatorError,
): Promise<void> {
  await addNote(core, { level: 'error', kind: code, message, round, client: null })
  await apply(core, { type: 'unusable', session })
}
