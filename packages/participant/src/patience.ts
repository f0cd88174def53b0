import { ParticipantError } from './errors.ts'
import type { ParticipantErrorCode } from './errors.ts'

const firstPauseMs = 500
const longestPauseMs = 15_000
/** A coordinator that is away comes back; one that answers with an error may only be starting. */
const attemptsAt: Partial<Record<ParticipantErrorCode, number>> = { offline: Number.POSITIVE_INFINITY, http: 8 }

/** Resolves after `ms`, or rejects with the signal's reason. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  await new Promise<void>((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer)
      reject(signal.reason)
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', abort)
      resolve()
    }, ms)
    signal.addEventListener('abort', abort, { once: true })
  })
}

/**
 * Tries again, with growing pauses, while the coordinator cannot be reached: as often as `limit` says, or until the
 * signal is aborted. Rejects with the last failure.
 */
export async function patiently<Value>(
  signal: AbortSignal,
  attempt: () => Promise<Value>,
  limit = Number.POSITIVE_INFINITY,
): Promise<Value> {
  for (let failures = 1; ; failures++) {
    try {
      return await attempt()
    } catch (error) {
      if (!(error instanceof ParticipantError) || failures >= Math.min(limit, attemptsAt[error.code] ?? 1)) throw error
      await pause(Math.min(longestPauseMs, firstPauseMs * 2 ** (failures - 1)), signal)
    }
  }
}
