/**
 * `no-backend`: nothing here can train. `too-few-images`: batch normalisation needs two, FedNova a step. `diverged`: a loss is no
 * number any more. `memory`: what a store holds is no head of ours.
 * `out-of-memory`: a device has no room for a batch. `thread-lost`: a thread of the wasm backend stopped or did not start.
 */
export type LearnerErrorCode = 'no-backend' | 'too-few-images' | 'diverged' | 'memory' | 'thread-lost' | 'out-of-memory'

/** A failure of the surroundings or of the run; the message says what to do about it. */
export class LearnerError extends Error {
  override readonly name = 'LearnerError'
  readonly code: LearnerErrorCode

  constructor(code: LearnerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
