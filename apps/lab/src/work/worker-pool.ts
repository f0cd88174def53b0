/** Worker threads that each do one job at a time; jobs wait in line for the first that is free. */
import { reasonOf } from '@passerby/crops'
import { Worker } from 'node:worker_threads'
import { LabError } from '../errors.ts'
import type { WorkerAnswer } from './worker-answer.ts'

export interface WorkerPool<Job, Result> {
  /** Rejects with the job's own failure, or with `LabError('worker')` when a worker died. */
  run(job: Job): Promise<Result>
  close(): Promise<void>
}

/** `workerData` of a worker: what it runs, and what that was given. */
export interface WorkerStart<Data> {
  readonly file: string
  readonly data: Data
}

const ENTRY = new URL('./typescript-worker.mjs', import.meta.url)

interface Waiting<Job, Result> {
  readonly job: Job
  readonly resolve: (result: Result) => void
  readonly reject: (error: Error) => void
}

/** Starts `size` workers on a TypeScript file, each with the same `workerData`. A pool with a dead worker takes no more jobs. */
export function workerPool<Job, Result>(
  file: URL,
  { size, workerData }: { readonly size: number; readonly workerData: unknown },
): WorkerPool<Job, Result> {
  const line: Waiting<Job, Result>[] = []
  const underWay = new Map<Worker, Waiting<Job, Result>>()
  const start = { file: file.href, data: workerData } satisfies WorkerStart<unknown>
  const workers = Array.from({ length: size }, () => new Worker(ENTRY, { workerData: start }))
  const idle = [...workers]
  let death: LabError | undefined

  function next(): void {
    for (let worker = idle.at(-1); worker !== undefined && line.length > 0; worker = idle.at(-1)) {
      const waiting = line.shift()
      if (waiting === undefined) return
      idle.pop()
      underWay.set(worker, waiting)
      worker.postMessage(waiting.job)
    }
  }
  function die(cause: unknown): void {
    death ??= new LabError('worker', `A worker thread ended: ${reasonOf(cause)}`, cause)
    for (const { reject } of [...underWay.values(), ...line]) reject(death)
    underWay.clear()
    line.length = 0
  }
  for (const worker of workers) {
    worker.on('message', (answer: WorkerAnswer<Result>) => {
      const waiting = underWay.get(worker)
      underWay.delete(worker)
      idle.push(worker)
      if (answer.ok) waiting?.resolve(answer.result)
      else waiting?.reject(new LabError('worker', answer.message))
      next()
    })
    worker.on('error', die)
    worker.on('exit', (code) => die(`exit code ${code}`))
  }

  return {
    run(job) {
      if (death) return Promise.reject(death)
      return new Promise((resolve, reject) => {
        line.push({ job, resolve, reject })
        next()
      })
    },
    async close() {
      death = new LabError('worker', 'The worker threads were closed')
      await Promise.all(workers.map((worker) => worker.terminate()))
    },
  }
}
