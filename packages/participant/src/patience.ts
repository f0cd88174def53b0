import { ParticipantError } from './errors.ts'

const firstPauseMs = 500
const longestPauseMs = 15_000
const attempts = 8

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

/** Tries again, with growing pauses, while the network is at fault; about a minute in all. Rejects with the last failure. */
export async function patiently<Value>(signal: AbortSignal, attempt: () => Promise<Value>): Promise<Value> {
  for (let failures = 1; ; failures++) {
    try {
      return await attempt()
    } catch (error) {
      const passing = error instanceof ParticipantError && ['offline', 'no-answer', 'http'].includes(error.code)
      if (!passing || failures === attempts) throw error
      await pause(Math.min(longestPauseMs, firstPauseMs * 2 ** (failures - 1)), signal)
    }
  }
}
