/** The page of `lab bench` in Chromium: one fresh worker per job, as training has one of its own. */
import type { BenchAnswer, RunInWorker } from './answer.ts'

const runInWorker: RunInWorker = (job) =>
  new Promise((resolve) => {
    const worker = new Worker(new URL('./bench-worker.ts', import.meta.url), { type: 'module' })
    const settle = (answer: BenchAnswer) => {
      worker.terminate()
      resolve(answer)
    }
    worker.addEventListener('message', ({ data }: MessageEvent<BenchAnswer>) => settle(data))
    worker.addEventListener('error', ({ message }) => settle({ ok: false, message }))
    worker.postMessage(job)
  })

Object.assign(globalThis, { runInWorker })
