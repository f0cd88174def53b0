import type { Benchmark } from '@passerby/learner'
import type { BenchJob } from '../job.ts'

export type BenchAnswer =
  | { readonly ok: true; readonly result: Benchmark }
  | { readonly ok: false; readonly message: string }

/** The page's only global, called from Node. */
export type RunInWorker = (job: BenchJob) => Promise<BenchAnswer>
