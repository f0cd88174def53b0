import { reasonOf } from '@passerby/crops'
import type { Lane, LaneOptions } from '@passerby/learner/bench'
import { LabError } from '../errors.ts'

export type HostName = 'node' | 'chromium'

/** Where lanes run, each in a thread of its own. */
export interface BenchHost {
  readonly name: HostName
  /** Aborted with what it died of: nothing more can be asked of it. Absent where lanes die one by one. */
  readonly lost?: AbortSignal
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

/** What `use` makes of a lane, or why there is nothing; the lane is closed in any case. */
export async function withLane<Made>(
  host: BenchHost,
  options: LaneOptions,
  use: (lane: Lane) => Promise<Made>,
): Promise<Made | { readonly failure: string }> {
  const lane = await laneOn(host, options)
  try {
    return await use(lane)
  } catch (error) {
    return { failure: reasonOf(error) }
  } finally {
    await lane.close()
  }
}
