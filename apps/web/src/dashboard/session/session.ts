import { type Operator, connectOperator } from '@passerby/operator'
import { tokenIn } from '../routes.ts'

/**
 * The operator's login in this tab. The token stays in the tab's session storage: it survives a reload and is gone
 * with the tab. A link `/#token=…` logs in at once, and the token is taken out of the address.
 */
const KEY = 'passerby-operator-token'

let operator = resume()
const listeners = new Set<() => void>()

export function currentOperator(): Operator | undefined {
  return operator
}

export function subscribeToSession(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function logIn(token: string): void {
  sessionStorage.setItem(KEY, token)
  replace(open(token))
}

/** Forgets the token and the join links of this tab. */
export function logOut(): void {
  sessionStorage.clear()
  replace(undefined)
}

/** Logs in when the address is a login link, also one that is followed while the page is open. */
export function takeTokenFromAddress(): void {
  const token = tokenIn(location.hash)
  if (token === undefined) return
  history.replaceState(null, '', '#/')
  logIn(token)
}

function resume(): Operator | undefined {
  const token = tokenIn(location.hash) ?? sessionStorage.getItem(KEY)
  if (token === null) return undefined
  if (tokenIn(location.hash) !== undefined) history.replaceState(null, '', '#/')
  sessionStorage.setItem(KEY, token)
  return open(token)
}

function open(token: string): Operator {
  return connectOperator({ origin: location.origin, token })
}

function replace(next: Operator | undefined): void {
  operator?.close()
  operator = next
  for (const listener of listeners) listener()
}
