import { loadKernels } from './kernel-module.ts'
import { mayShareMemory, openThreads, type Threads } from './threads/threads.ts'

/** What executors of this thread run with. */
export interface WasmParts {
  readonly kernels: WebAssembly.Module
  /** Counts this one. */
  readonly threads: Threads
}

let started: WasmParts | undefined

/**
 * Compiles the kernels and starts threads until there are `count` with this one. Executors made with another number stop
 * working. Throws `RangeError` for no positive whole number, and `LearnerError` ('thread-lost') when one does not start.
 */
export async function startWasm(count: number): Promise<void> {
  const kernels = await loadKernels()
  if (started && !started.threads.lost() && started.threads.count === count) return
  started?.threads.close()
  started = undefined
  started = { kernels, threads: await openThreads(count) }
}

/** What `startWasm` last made ready. */
export function wasmParts(): WasmParts | undefined {
  return started
}

/** A participant lends half of its logical processors, up to as many as a batch feeds. */
export function lentThreads(processors: number): number {
  return mayShareMemory() ? Math.min(8, Math.max(1, processors >> 1)) : 1
}
