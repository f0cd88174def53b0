import { startThread } from '#threads'
import { LearnerError } from '../../../learner-error.ts'
import { LOST_MESSAGE } from './barrier.ts'
import { READY, type Bell, type Order } from './orders.ts'

/** Threads that help this one: opened once, for all executors. */
export interface Threads {
  /** With this one. */
  readonly count: number
  readonly patienceMs: number
  /** To all others. Throws `LearnerError` ('thread-lost') when one of them has stopped, or they are closed. */
  post(order: (thread: number) => Order): void
  /** Set when one of them has stopped or was missed, or they are closed. */
  lost(): LearnerError | undefined
  /** This thread could not go on with the others, of which they are told otherwise: they are of no more use. */
  miss(cause: unknown): void
  close(): void
}

export interface StartedThread {
  post(order: Order): void
  end(): void
}

/** Starts the platform's worker on its thread script. */
export type StartThread = (listeners: {
  readonly onMessage: (message: unknown) => void
  readonly onLost: (cause: unknown) => void
}) => StartedThread

/** A thread is lost when it lets the others wait for so long; one step on a slow machine takes seconds. */
const PATIENCE_MS = 60_000

/** Whether threads can share memory here: in a page only when it is cross-origin isolated. */
export const mayShareMemory = () => typeof SharedArrayBuffer === 'function'

/**
 * Starts threads until there are `count` with this one. Throws `RangeError` for no positive whole number, and
 * `LearnerError` ('thread-lost') when one does not start or there is no shared memory.
 */
export async function openThreads(count: number, patienceMs = PATIENCE_MS): Promise<Threads> {
  if (!Number.isInteger(count) || count < 1) throw new RangeError(`openThreads: ${count} threads`)
  if (count > 1 && !mayShareMemory()) {
    throw new LearnerError('thread-lost', 'There is no shared memory: the page is not cross-origin isolated.')
  }
  let lost: LearnerError | undefined
  let missed: LearnerError | undefined
  const others: StartedThread[] = []
  const close = () => {
    lost ??= new LearnerError('thread-lost', 'The threads of the WebAssembly backend were closed.')
    for (const other of others) other.end()
  }
  const bells: Bell[] = []
  const starts = Array.from({ length: count - 1 }, () => {
    return new Promise<void>((resolve, reject) => {
      const onLost = (cause: unknown) => {
        lost ??= new LearnerError('thread-lost', LOST_MESSAGE, { cause })
        reject(lost)
      }
      const other = startThread({ onLost, onMessage: (message) => message === READY && resolve() })
      others.push(other)
      const bell: Bell = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
      bells.push(bell)
      other.post({ order: 'greet', bell })
    })
  })
  try {
    await Promise.all(starts)
  } catch (error) {
    close()
    throw error
  }
  return {
    count,
    patienceMs,
    close,
    // What a thread ended with says more than that it is missing.
    lost: () => lost ?? missed,
    miss: (cause) => void (missed ??= new LearnerError('thread-lost', LOST_MESSAGE, { cause })),
    post(order) {
      const error = lost ?? missed
      if (error) throw error
      others.forEach((other, i) => {
        other.post(order(i + 1))
        Atomics.add(bells[i], 0, 1)
      })
    },
  }
}
