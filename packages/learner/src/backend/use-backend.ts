import { LearnerError } from '../learner-error.ts'
import { tf } from '../tf.ts'
import { startWasm } from '../executors/wasm/started.ts'
import { loadShaders } from '../executors/webgpu/loaded.ts'
import { registerWasmKernels } from './wasm-kernels.ts'

/** Backends that may train. TensorFlow.js's `cpu` is for tests alone. */
export type BackendName = 'webgpu' | 'wasm'

export interface BackendOptions {
  /** That share every batch on wasm, with this one; they need shared memory (`lentThreads`). Default is 1. */
  readonly threads?: number
}

/**
 * Makes a backend the current one of this thread, without checking what it computes (`chooseBackend` does). Throws
 * `LearnerError` ('no-backend') when it does not start.
 */
export async function useBackend(name: BackendName, { threads = 1 }: BackendOptions = {}): Promise<void> {
  tf.enableProdMode()
  // Its threads do not survive a minified bundle, and need cross-origin isolation.
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false)
  if (!(await start(name, threads))) throw new LearnerError('no-backend', `The ${name} backend does not start here.`)
  await tf.ready()
}

async function start(name: BackendName, threads: number): Promise<boolean> {
  try {
    if (name === 'wasm') {
      registerWasmKernels()
      await startWasm(threads)
    }
    const started = await tf.setBackend(name)
    if (started && name === 'webgpu') await loadShaders()
    return started
  } catch (cause) {
    const why = cause instanceof Error ? ` ${cause.message}` : ''
    throw new LearnerError('no-backend', `The ${name} backend does not start here.${why}`, { cause })
  }
}
