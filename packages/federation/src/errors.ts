/**
 * `wrong-targets`: soft targets that no model makes. `wrong-lengths`: FedNova's, shorter than any training's. `not-finite`: what the
 * strategy made of the updates.
 */
export type FederationErrorCode = 'wrong-targets' | 'wrong-lengths' | 'not-finite'

/** What clients sent makes no model: the round cannot be closed with it, however often it is tried. */
export class FederationError extends Error {
  override readonly name = 'FederationError'
  readonly code: FederationErrorCode
  /** Who sent it, where one client's part was looked at by itself. */
  readonly client: string | undefined

  constructor(code: FederationErrorCode, message: string, client?: string) {
    super(message)
    this.code = code
    this.client = client
  }
}
