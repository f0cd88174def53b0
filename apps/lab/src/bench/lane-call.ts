/** What crosses between the bench and the thread that a lane lives in. Plain data, both ways. */
import { openLane, type Lane, type LaneOptions } from '@passerby/learner/bench'

export type LaneCall =
  /** `startAt`: where to fetch the options' first values, float32, which are too many for a message to a page. */
  | { readonly method: 'open'; readonly options: LaneOptions; readonly startAt?: string }
  | { readonly method: 'steps'; readonly count: number }
  | { readonly method: Exclude<keyof Lane, 'steps'> }

/** A thread's one lane, called by messages. */
export function laneOfThread(): (call: LaneCall) => Promise<unknown> {
  let lane: Promise<Lane> | undefined
  return async (call) => {
    if (call.method === 'open') {
      lane = openLane(call.options)
      await lane
      return undefined
    }
    const opened = await lane
    if (!opened) throw new RangeError(`laneOfThread: ${call.method} before open`)
    return call.method === 'steps' ? opened.steps(call.count) : opened[call.method]()
  }
}

/** The lane behind a thread. `end` ends the thread, and whatever is under way there. */
export async function laneBehind(
  options: LaneOptions,
  { ask, end }: { ask: (call: LaneCall) => Promise<unknown>; end: () => Promise<void> },
): Promise<Lane> {
  try {
    await ask({ method: 'open', options })
  } catch (error) {
    await end()
    throw error
  }
  // `laneOfThread` answers with what the method gives.
  const call = <Name extends keyof Lane>(method: Exclude<Name, 'steps'>) => ask({ method }) as ReturnType<Lane[Name]>
  return {
    steps: (count) => ask({ method: 'steps', count }) as ReturnType<Lane['steps']>,
    count: () => call<'count'>('count'),
    operations: () => call<'operations'>('operations'),
    read: () => call<'read'>('read'),
    held: () => call<'held'>('held'),
    close: end,
  }
}
