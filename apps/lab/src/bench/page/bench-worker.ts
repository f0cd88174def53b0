import { reasonOf } from '@passerby/crops'
import { locateWasmFiles } from '@passerby/learner/browser'
import type { WorkerAnswer } from '../../work/worker-pool.ts'
import { laneOfThread, type LaneCall } from '../lane-call.ts'

locateWasmFiles()
const call = laneOfThread()

globalThis.addEventListener('message', ({ data }: MessageEvent<LaneCall>) => {
  call(data).then(
    (result) => globalThis.postMessage({ ok: true, result } satisfies WorkerAnswer<unknown>),
    (error: unknown) => globalThis.postMessage({ ok: false, message: reasonOf(error) } satisfies WorkerAnswer<unknown>),
  )
})
