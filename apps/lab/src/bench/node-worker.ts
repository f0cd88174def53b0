/** The worker thread that a lane lives in, in Node. */
import { reasonOf } from '@passerby/crops'
import { parentPort } from 'node:worker_threads'
import type { WorkerAnswer } from '../work/worker-pool.ts'
import { type LaneCall, laneOfThread } from './lane-call.ts'

const call = laneOfThread()

parentPort?.on('message', (message: LaneCall) => {
  call(message).then(
    (result) => parentPort?.postMessage({ ok: true, result } satisfies WorkerAnswer<unknown>),
    (error: unknown) =>
      parentPort?.postMessage({ ok: false, message: reasonOf(error) } satisfies WorkerAnswer<unknown>),
  )
})
