import { setTimeout as wait } from 'node:timers/promises'
import { CoordinatorError } from '../errors.ts'
import { abandon, isTheEndOf } from './abandon.ts'
import { type Aggregate, type Alone, aggregate } from './aggregate.ts'
import { addNote } from './apply.ts'
import type { RunCore } from './core.ts'

/** An aggregation that failed (a full disk, say) is tried again after this long, and later after longer. */
const FIRST_PAUSE_MS = 5_000
const LONGEST_PAUSE_MS = 120_000

/** The aggregation of a session while it is under way, beside the federation's queue. */
export interface Aggregation {
  readonly session: number
  /** Ends it without a result. */
  stop(): void
  /** Resolves when nothing of it is under way. */
  readonly rest: Promise<void>
}

/** Aggregates until it is done, is stopped, or can never be done; then the session is abandoned. */
export function beginAggregation(core: RunCore, effect: Aggregate, alone: Alone): void {
  const stopped = new AbortController()
  const { signal } = stopped
  const rest = untilDone(core, effect, { signal, alone }).catch((error: unknown) => {
    core.around.log.error({ err: error, federation: core.id }, 'a session could not be abandoned')
  })
  const stop = () => {
    stopped.abort()
    // What it is at cannot be interrupted otherwise.
    core.learner?.close()
  }
  core.aggregation = { session: effect.session, stop, rest }
}

async function untilDone(
  core: RunCore,
  effect: Aggregate,
  { signal, alone }: { readonly signal: AbortSignal; readonly alone: Alone },
): Promise<void> {
  for (let pause = FIRST_PAUSE_MS; !signal.aborted; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    try {
      return await aggregate(core, effect, { signal, alone })
    } catch (error) {
      if (signal.aborted) return
      if (isTheEndOf(error)) return await alone(() => abandon(core, effect, error))
      core.around.log.error({ err: error, federation: core.id }, 'the aggregation is held up')
      if (error instanceof CoordinatorError && error.code === 'learner')
        await alone(() => noteLearner(core, effect, error))
    }
    await wait(pause, undefined, { signal }).catch(() => undefined)
  }
}

async function noteLearner(core: RunCore, { round }: Aggregate, { message }: CoordinatorError): Promise<void> {
  core.around.metrics.learnerFailures.inc()
  const said = `Round ${round}: the model could not be taught, and is tried again: ${message}`
  await addNote(core, { level: 'warning', kind: 'learner', message: said, round, client: null })
}
