export type ParticipantErrorCode =
  | 'offline'
  | 'no-answer'
  | 'refused'
  | 'http'
  | 'not-found'
  | 'wrong-model'
  | 'wrong-public-set'
  | 'storage'

/** What went wrong around a participant: its network, its storage, or an answer that no coordinator gives. */
export class ParticipantError extends Error {
  override readonly name = 'ParticipantError'
  readonly code: ParticipantErrorCode

  constructor(code: ParticipantErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
