import { locateWasmFiles } from '@passerby/learner/browser'
import { answerOf } from '../../work/worker-answer.ts'
import { laneOfThread, type LaneCall } from '../lane-call.ts'

locateWasmFiles()
const call = laneOfThread()

globalThis.addEventListener('message', async ({ data }: MessageEvent<LaneCall>) => {
  globalThis.postMessage(await answerOf(withStart(data).then(call)))
})

/** The call with its first values fetched. */
async function withStart(data: LaneCall): Promise<LaneCall> {
  if (data.method !== 'open' || data.startAt === undefined) return data
  const bytes = await (await fetch(data.startAt)).arrayBuffer()
  return { method: 'open', options: { ...data.options, start: new Float32Array(bytes) } }
}
