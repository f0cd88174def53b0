import { reasonOf } from '@passerby/crops'
import { locateWasmFiles } from '@passerby/learner/browser'
import { runBenchJob, type BenchJob } from '../job.ts'
import type { BenchAnswer } from './answer.ts'

locateWasmFiles()

globalThis.addEventListener('message', ({ data }: MessageEvent<BenchJob>) => {
  runBenchJob(data).then(
    (result) => globalThis.postMessage({ ok: true, result } satisfies BenchAnswer),
    (error: unknown) =>
      globalThis.postMessage({
        ok: false,
        message: reasonOf(error),
      } satisfies BenchAnswer),
  )
})
