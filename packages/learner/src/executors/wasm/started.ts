import { LearnerError } from '../../learner-error.ts'
import { loadKernels } from './kernel-module.ts'
import { openThreads, type Threads } from './threads/threads.ts'

/** What executors of this thread run with. */
export interface WasmParts {
  readonly kernels: WebAssembly.Module
  /** Absent where this thread works alone. */
  readonly threads?: Threads
}

let started: WasmParts | undefined
let starting = Promise.resolve()

/**
 * Compiles the kernels and starts threads until there are `count` with this one; where they do not start, it works alone.
 * Executors made with another number stop working. Throws `RangeError` for no positive whole number.
 */
export function startWasm(count: number): Promise<void> {
  // One start after the other: of two at once, one would leave its threads running.
  const start = starting.then(() => startNow(count))
  starting = start.catch(() => undefined)
  return start
}

async function startNow(count: number): Promise<void> {
  if (!Number.isInteger(count) || count < 1) throw new RangeError(`startWasm: ${count} threads`)
  const kernels = await loadKernels()
  if (started && wasmThreads() === count) return
  started?.threads?.close()
  started = { kernels }
  if (count === 1) return
  try {
    started = { kernels, threads: await openThreads(count) }
  } catch (error) {
    if (!(error instanceof LearnerError)) throw error
  }
}

/** What `startWasm` last made ready: without the threads once one is lost, so that what is opened next works alone. */
export function wasmParts(): WasmParts | undefined {
  if (started?.threads?.lost()) {
    started.threads.close()
    started = { kernels: started.kernels }
  }
  return started
}

/** How many threads work, with this one. */
export function wasmThreads(): number {
  return wasmParts()?.threads?.count ?? 1
}
