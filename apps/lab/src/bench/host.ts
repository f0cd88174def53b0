import { reasonOf } from '@passerby/crops'
import type { Lane, LaneOptions } from '@passerby/learner/bench'
import { LabError } from '../errors.ts'

export type HostName = 'node' | 'chromium'

/** Where lanes run, each in a thread of its own. */
export interface BenchHost {
  readonly name: HostName
  /** Rejects with an `Error` whose message says why the lane does not start. */
  open(options: LaneOptions): Promise<Lane>
  close(): Promise<void>
}

/** A lane in any case: one that could not be opened rejects all that is asked of it, with the reason. */
export async function laneOn(host: BenchHost, options: LaneOptions): Promise<Lane> {
  try {
    return await host.open(options)
  } catch (error) {
    const refuse = () => Promise.reject(new LabError('worker', reasonOf(error), error))
    return { steps: refuse, count: refuse, operations: refuse, read: refuse, held: refuse, close: async () => {} }
  }
}
