/**
 * `no-backend`: nothing here can train. `too-few-images`: batch normalisation needs two. `diverged`: a loss is no
 * number any more. `memory`: what a store holds is no head of ours.
 */
export type LearnerErrorCode = 'no-backend' | 'too-few-images' | 'diverged' | 'memory' | 'thread-lost'

/** A failure of the surroundings or of the run; the message says what to do about it. */
export class LearnerError extends Error {
  override readonly name = 'LearnerError'
  readonly code: LearnerErrorCode

  constructor(code: LearnerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
