import { isOperatorToken } from '@passerby/privacy'
import { type Reply, accept, refuse } from '@passerby/protocol'

const MINUTE_MS = 60_000
/** Wrong tokens from one address in a minute, after which it has to wait. */
const WRONG_TOKENS_PER_MINUTE = 10
/** Addresses that are remembered at a time. */
const ADDRESSES = 1_000

/**
 * Checks the operator's token in constant time. `address`: whose wrong attempts count together. The right token always
 * passes: behind a proxy all addresses are one, and a stranger's guesses must not lock the operator out.
 */
export type OperatorCheck = (token: unknown, address: string) => Promise<Reply<true>>

export function operatorCheck(storedHash: string, now: () => number): OperatorCheck {
  const failures = new Map<string, { readonly since: number; readonly wrong: number }>()
  function noteWrong(address: string, since: number, wrong: number): void {
    failures.delete(address)
    failures.set(address, { since, wrong })
    const oldest = failures.size > ADDRESSES ? failures.keys().next().value : undefined
    if (oldest !== undefined) failures.delete(oldest)
  }
  return async (token, address) => {
    if (typeof token === 'string' && (await isOperatorToken(token, storedHash))) return accept(true)
    const at = now()
    const before = failures.get(address)
    const { since, wrong } = before && at - before.since < MINUTE_MS ? before : { since: at, wrong: 0 }
    if (wrong >= WRONG_TOKENS_PER_MINUTE)
      return refuse('too-fast', 'Too many wrong tokens from this address. Wait a minute.')
    noteWrong(address, since, wrong + 1)
    return refuse('unauthorised', 'This is not the token of the operator. The coordinator prints it at start.')
  }
}
