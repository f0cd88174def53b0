import { isOperatorToken } from '@passerby/privacy'
import { type Reply, accept, refuse } from '@passerby/protocol'
import { windowCounter } from '../edge/limits.ts'

const MINUTE_MS = 60_000
/** Wrong tokens from one address in a minute, after which it has to wait. */
const WRONG_TOKENS_PER_MINUTE = 10
/** Addresses that are remembered at a time. */
const ADDRESSES = 1_000

/** Checks the operator's token, in constant time and not too often. `address`: whose attempts count together. */
export type OperatorCheck = (token: unknown, address: string) => Promise<Reply<true>>

export function operatorCheck(storedHash: string, now: () => number): OperatorCheck {
  const failures = new Map<string, { at: number; mayFail: (now: number) => boolean; locked: boolean }>()
  return async (token, address) => {
    const at = now()
    const known = failures.get(address)
    const before =
      known && at - known.at < MINUTE_MS
        ? known
        : { at, mayFail: windowCounter(WRONG_TOKENS_PER_MINUTE, MINUTE_MS), locked: false }
    if (before.locked) return refuse('too-fast', 'Too many wrong tokens from this address. Wait a minute.')
    if (typeof token === 'string' && (await isOperatorToken(token, storedHash))) return accept(true)
    before.locked = !before.mayFail(at)
    failures.delete(address)
    failures.set(address, before)
    const oldest = failures.size > ADDRESSES ? failures.keys().next().value : undefined
    if (oldest !== undefined) failures.delete(oldest)
    return refuse('unauthorised', 'This is not the token of the operator. The coordinator prints it at start.')
  }
}
