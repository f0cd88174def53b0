import { type Remote, wrap } from 'comlink'
import { messageOf } from './message-of.ts'
import type { Workbench } from './worker/workbench.ts'

/** The worker is gone: it ran out of memory, lost its graphics device, or failed to load. */
export class WorkerGone extends Error {
  override readonly name = 'WorkerGone'
}

/** A worker that is replaced when it dies. */
export interface WorkbenchHost {
  /**
   * Asks the present worker. Aborting ends its job and rejects with the signal's reason; a death rejects with
   * `WorkerGone`, after which the next call has a fresh worker.
   */
  ask<Answer>(work: (bench: Remote<Workbench>) => Promise<Answer>, signal?: AbortSignal): Promise<Answer>
  /** Like `ask`, but does the work again on a fresh worker when one dies under it. */
  insist<Answer>(work: (bench: Remote<Workbench>) => Promise<Answer>, signal?: AbortSignal): Promise<Answer>
}

/** Deaths in a row before it is given up: a device that kills every worker cannot train. */
const MOST_DEATHS = 3

interface Living {
  readonly bench: Remote<Workbench>
  /** Rejects when the worker dies. */
  readonly gone: Promise<never>
}

/**
 * Starts a worker now, and another whenever one dies. `prepare` brings a fresh one to where the last was; `onGone`
 * hears of every death.
 */
export function hostWorkbench(options: {
  readonly prepare: (bench: Remote<Workbench>) => Promise<void>
  readonly onGone: (reason: string) => void
}): WorkbenchHost {
  let deaths = 0
  let living = start()

  function start(): Promise<Living> {
    const started = startWorker()
    started
      .then(({ gone }) => gone)
      .catch((error: unknown) => {
        deaths += 1
        options.onGone(messageOf(error))
        if (deaths < MOST_DEATHS) living = start()
      })
    const prepared = started.then(async (worker) => {
      await Promise.race([options.prepare(worker.bench), worker.gone])
      return worker
    })
    // Whoever asks next hears of a failure.
    prepared.catch(() => undefined)
    return prepared
  }

  async function ask<Answer>(work: (bench: Remote<Workbench>) => Promise<Answer>, signal?: AbortSignal) {
    signal?.throwIfAborted()
    const { bench, gone } = await living
    const abort = () => void bench.abort()
    signal?.addEventListener('abort', abort)
    try {
      const answer = await Promise.race([work(bench), gone])
      deaths = 0
      return answer
    } catch (error) {
      signal?.throwIfAborted()
      throw error
    } finally {
      signal?.removeEventListener('abort', abort)
    }
  }

  return {
    ask,
    async insist(work, signal) {
      for (;;) {
        try {
          return await ask(work, signal)
        } catch (error) {
          if (!(error instanceof WorkerGone) || deaths >= MOST_DEATHS) throw error
        }
      }
    },
  }
}

/**
 * Browsers do not say that a worker died. But it holds a lock for as long as it lives: whoever gets that lock knows.
 * The worker asks for it first and says when it has it.
 */
async function startWorker(): Promise<Living> {
  const worker = new Worker(new URL('./worker/learner.worker.ts', import.meta.url), { type: 'module', name: 'learner' })
  const bench = wrap<Workbench>(worker)
  const failed = new Promise<never>((_, reject) => {
    worker.addEventListener('error', (event) => reject(new WorkerGone(event.message || 'The worker failed to load.')))
  })
  const lock = `passerby/learner/${crypto.randomUUID()}`
  await Promise.race([bench.live(lock), failed])
  const died = navigator.locks.request(lock, () => {
    throw new WorkerGone('The browser ended the worker, or the graphics device was lost.')
  })
  const gone = Promise.race([died, failed])
  const end = () => worker.terminate()
  gone.then(end, end)
  return { bench, gone }
}
