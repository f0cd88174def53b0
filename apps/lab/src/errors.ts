export type LabErrorCode = 'not-found' | 'no-images' | 'unusable' | 'browser' | 'coordinator' | 'worker'

/** What stops a command. The message says what happened and what to do, and is all that the terminal shows. */
export class LabError extends Error {
  readonly code: LabErrorCode

  constructor(code: LabErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'LabError'
    this.code = code
  }
}
