/** Contenders that are compared run in turns, so that whatever else the machine does falls on all of them alike. */
import { reasonOf } from '@passerby/crops'
import type { Lane } from '@passerby/learner/bench'

/** Whatever can be asked for training steps. */
export type Runner = Pick<Lane, 'steps'>

export interface Timing {
  /** Of the first step: compilation, mostly. */
  readonly firstStepMs: number
  /** Median of the timed steps. */
  readonly stepMs: number
  /** Timed steps. */
  readonly steps: number
  /** Before any step. */
  readonly firstLoss: number
}

export interface TurnOptions {
  /** Timed steps of each, at least. */
  readonly steps: number
  /** Steps in a row, at least, before it is the next one's turn. */
  readonly turn: number
  /**
   * A turn lasts so long, at least: whatever came before it (caches, sleeping threads) then weighs as little in quick
   * steps as in slow ones.
   */
  readonly turnMs?: number
  readonly onTurn?: (turns: number, of: number) => void
}

/** Steps that are not timed: the first compiles, the second settles. */
const WARM_UP = 2

/** Times all of them in turns, in their order. Who fails gets the reason instead, and the others go on. */
export async function takeTurns(
  runners: readonly Runner[],
  { steps, turn, turnMs = 500, onTurn }: TurnOptions,
): Promise<readonly (Timing | string)[]> {
  const all = runners.map((runner) => ({
    runner,
    first: NaN,
    loss: NaN,
    latest: NaN,
    timed: [] as number[],
    failure: '',
  }))
  const turns = Math.ceil(steps / turn)
  for (let n = 0; n <= turns; n++) {
    for (const one of all) {
      if (one.failure) continue
      try {
        const count = n === 0 ? WARM_UP : Math.max(turn, Math.ceil(turnMs / one.latest))
        const { milliseconds, losses } = await one.runner.steps(count)
        if (n > 0) one.timed.push(...milliseconds)
        else [one.first, one.loss] = [milliseconds[0], losses[0]]
        one.latest = Math.min(...milliseconds)
      } catch (error) {
        one.failure = reasonOf(error)
      }
    }
    onTurn?.(n, turns)
  }
  return all.map(({ first, loss, timed, failure }) => {
    if (failure) return failure
    return { firstStepMs: first, stepMs: median(timed), steps: timed.length, firstLoss: loss }
  })
}

/** All at once; every one's steps count. */
export function together(runners: readonly Runner[]): Runner {
  return {
    async steps(count) {
      const all = await Promise.all(runners.map((runner) => runner.steps(count)))
      return {
        milliseconds: all.flatMap(({ milliseconds }) => milliseconds),
        losses: all.flatMap(({ losses }) => losses),
      }
    },
  }
}

/** The middle value; of an even number, the mean of the middle two. Throws `RangeError` when there is none. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('median: of nothing')
  const sorted = [...values].sort((a, b) => a - b)
  const half = sorted.length >> 1
  return values.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
}
