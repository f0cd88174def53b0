import type { WorkerAnswer } from '../../work/worker-answer.ts'
import type { LaneCall } from '../lane-call.ts'

/** The page's globals, called from Node. */
export interface PageThreads {
  /** The number of a new worker. */
  startThread(): number
  askThread(thread: number, call: LaneCall): Promise<WorkerAnswer<unknown>>
  endThread(thread: number): void
}
