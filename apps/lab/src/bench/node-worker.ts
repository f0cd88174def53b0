/** The worker thread that a lane lives in, in Node. */
import { parentPort } from 'node:worker_threads'
import { answerOf } from '../work/worker-answer.ts'
import { type LaneCall, laneOfThread } from './lane-call.ts'

const call = laneOfThread()

parentPort?.on('message', async (message: LaneCall) => {
  parentPort?.postMessage(await answerOf(call(message)))
})
