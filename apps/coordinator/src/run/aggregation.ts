import { setTimeout as wait } from 'node:timers/promises'
import { CoordinatorError } from '../errors.ts'
import { type SessionEnd, abandon, isTheEndOf } from './abandon.ts'
import { type Aggregate, type Alone, aggregate } from './aggregate.ts'
import { addNote } from './apply.ts'
import type { RunCore } from './core.ts'

/** An aggregation that failed (a full disk, say) is tried again after this long, and later after longer. */
const FIRST_PAUSE_MS = 5_000
const LONGEST_PAUSE_MS = 120_000
/** A learner that fails so often fails at what it is given, a client's numbers or a rate: trying on would hold up the run. */
const LEARNER_ATTEMPTS = 3

/** The aggregation of a session while it is under way, beside the federation's queue. */
export interface Aggregation {
  /** Ends it without a result. */
  stop(): void
  /** Resolves when nothing of it is under way. */
  readonly rest: Promise<void>
}

/** Aggregates until it is done, is stopped, or can never be done; then the session is abandoned. */
export function beginAggregation(core: RunCore, effect: Aggregate, alone: Alone): void {
  const stopped = new AbortController()
  const { signal } = stopped
  const rest = untilDone(core, effect, { signal, alone })
  const stop = () => {
    stopped.abort()
    // What it is at cannot be interrupted otherwise.
    core.learner?.close()
  }
  core.aggregation = { stop, rest }
}

interface How {
  readonly signal: AbortSignal
  readonly alone: Alone
}

/** Whether the operator is told: a full disk takes no note either. */
async function tell(
  core: RunCore,
  { round }: Aggregate,
  { alone, error }: { readonly alone: Alone; readonly error: unknown },
): Promise<boolean> {
  const reason = error instanceof Error ? error.message : String(error)
  const message = `Round ${round}: the new model could not be made, and is tried again until it can: ${reason}`
  try {
    await alone(() => addNote(core, { level: 'error', kind: 'held-up', message, round, client: null }))
    return true
  } catch (cause) {
    core.around.log.error({ err: cause, federation: core.id }, 'the operator could not be told')
    return false
  }
}

/** Never rejects. */
async function untilDone(core: RunCore, effect: Aggregate, how: How): Promise<void> {
  const { signal } = how
  let learnerFailures = 0
  let isTold = false
  const isFatal = (error: unknown): error is SessionEnd =>
    isTheEndOf(error) || (isLearners(error) && ++learnerFailures >= LEARNER_ATTEMPTS)
  for (let pause = FIRST_PAUSE_MS; !signal.aborted; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    try {
      return await attempt(core, effect, { ...how, isFatal })
    } catch (error) {
      core.around.log.error({ err: error, federation: core.id }, 'the aggregation is held up')
      if (!isTold && !isLearners(error)) isTold = await tell(core, effect, { alone: how.alone, error })
    }
    await wait(pause, undefined, { signal }).catch(() => undefined)
  }
}

interface Attempt extends How {
  /** Whether the session is abandoned for this failure. */
  readonly isFatal: (error: unknown) => error is SessionEnd
}

async function attempt(core: RunCore, effect: Aggregate, how: Attempt): Promise<void> {
  try {
    await aggregate(core, effect, how)
  } catch (error) {
    if (how.signal.aborted) return
    if (isLearners(error)) core.around.metrics.learnerFailures.inc()
    if (how.isFatal(error)) return await how.alone(() => abandon(core, effect, error))
    if (isLearners(error)) await how.alone(() => noteLearner(core, effect, error))
    throw error
  }
}

const isLearners = (error: unknown): error is CoordinatorError =>
  error instanceof CoordinatorError && error.code === 'learner'

async function noteLearner(core: RunCore, { round }: Aggregate, { message }: CoordinatorError): Promise<void> {
  const said = `Round ${round}: the model could not be taught, and is tried again: ${message}`
  await addNote(core, { level: 'warning', kind: 'learner', message: said, round, client: null })
}
