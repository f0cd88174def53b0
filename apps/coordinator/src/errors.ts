export type CoordinatorErrorCode =
  | 'bad-option'
  | 'insecure-address'
  | 'port-in-use'
  | 'no-such-address'
  | 'bad-certificate'
  | 'folder-locked'
  | 'bad-folder'
  | 'bad-key'
  | 'lost-update'
  | 'expired-session'
  | 'learner'

/** What went wrong around the coordinator; the message says what to do about it. */
export class CoordinatorError extends Error {
  override readonly name = 'CoordinatorError'
  readonly code: CoordinatorErrorCode

  constructor(code: CoordinatorErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** The code of a Node system error (`ENOENT`, `EADDRINUSE`), if it is one. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
