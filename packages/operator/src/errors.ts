export type OperatorErrorCode = 'unreachable' | 'timeout' | 'unexpected-answer' | 'closed'

/** What the environment did to a command. A refusal by the coordinator is no error but a `Reply`. */
export class OperatorError extends Error {
  override readonly name = 'OperatorError'
  readonly code: OperatorErrorCode

  constructor(code: OperatorErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
