import { locateWasmFiles } from '@passerby/learner/browser'
import { answerOf } from '../../work/worker-answer.ts'
import { laneOfThread, type LaneCall } from '../lane-call.ts'

locateWasmFiles()
const call = laneOfThread()

globalThis.addEventListener('message', async ({ data }: MessageEvent<LaneCall>) => {
  globalThis.postMessage(await answerOf(call(data)))
})
