export type PrivacyErrorCode =
  | 'insecure-context'
  | 'unsupported-algorithms'
  | 'bad-key'
  | 'bad-signature'
  | 'wrong-length'
  | 'truncated'
  | 'unreadable'

/** What went wrong outside our control; the message says what to do about it. */
export class PrivacyError extends Error {
  override readonly name = 'PrivacyError'
  readonly code: PrivacyErrorCode

  constructor(code: PrivacyErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** The answer to a check of something that others sent: its value, or why it was refused. */
export type Outcome<Value, Reason extends string> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly reason: Reason }

export function accepted<Value>(value: Value): { readonly ok: true; readonly value: Value } {
  return { ok: true, value }
}

export function refused<Reason extends string>(reason: Reason): { readonly ok: false; readonly reason: Reason } {
  return { ok: false, reason }
}
