/** The page of `lab bench` in Chromium: a worker for every lane, as training has one of its own. */
import type { WorkerAnswer } from '../../work/worker-answer.ts'
import type { PageThreads } from './threads.ts'

const workers: Worker[] = []

const threads: PageThreads = {
  startThread: () => workers.push(new Worker(new URL('./bench-worker.ts', import.meta.url), { type: 'module' })) - 1,
  askThread: (thread, call) =>
    new Promise((resolve) => {
      const worker = workers[thread]
      const once = { once: true }
      worker.addEventListener('message', ({ data }: MessageEvent<WorkerAnswer<unknown>>) => resolve(data), once)
      worker.addEventListener('error', ({ message }) => resolve({ ok: false, message }), once)
      worker.postMessage(call)
    }),
  endThread: (thread) => workers[thread].terminate(),
}

Object.assign(globalThis, threads)
