import { reasonOf } from '@passerby/crops'

/** What a worker answers to a job. A failure crosses as its message. */
export type WorkerAnswer<Result> =
  | { readonly ok: true; readonly result: Result }
  | { readonly ok: false; readonly message: string }

/** What came of a job, as it crosses. */
export function answerOf<Result>(job: Promise<Result>): Promise<WorkerAnswer<Result>> {
  return job.then(
    (result) => ({ ok: true, result }),
    (error: unknown) => ({ ok: false, message: reasonOf(error) }),
  )
}
