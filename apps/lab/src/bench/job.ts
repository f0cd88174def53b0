import { backboneByName } from '@passerby/backbones'
import { type Benchmark, benchmark, networkOf } from '@passerby/learner'

/** One backend on one workload; plain data, since it crosses into a page and its worker. */
export interface BenchJob {
  readonly backend: Benchmark['backend']
  readonly backbone: string
  readonly embedding: number
  readonly height: number
  readonly width: number
  readonly batchSize: number
  /** Timed steps. */
  readonly steps: number
}

/** Runs a job where this is called: in Node, or in a page's worker. */
export function runBenchJob(job: BenchJob): Promise<Benchmark> {
  const { height, width, batchSize, steps } = job
  const network = networkOf(backboneByName(job.backbone, job.embedding))
  return benchmark(job.backend, { network, workload: { height, width, batchSize }, steps })
}
