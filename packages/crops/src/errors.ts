export type CropsErrorCode = 'unreadable' | 'archive' | 'storage' | 'storage-full' | 'not-found'

/** What the environment did to us. The message says what happened and what to do; `cause` is the original error. */
export class CropsError extends Error {
  readonly code: CropsErrorCode

  constructor(code: CropsErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'CropsError'
    this.code = code
  }
}

/** The reason to show beside a file that failed. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
