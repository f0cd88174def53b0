import { LearnerError } from '../learner-error.ts'
import { tf } from '../tf.ts'
import { loadKernels } from '../executors/wasm/kernel-module.ts'
import { registerWasmKernels } from './wasm-kernels.ts'

/** Backends that may train. TensorFlow.js's `cpu` is for tests alone. */
export type BackendName = 'webgpu' | 'wasm'

/**
 * Makes a backend the current one of this thread, without checking what it computes (`chooseBackend` does). Throws
 * `LearnerError` ('no-backend') when it does not start.
 */
export async function useBackend(name: BackendName): Promise<void> {
  tf.enableProdMode()
  // Its threads do not survive a minified bundle, and need cross-origin isolation.
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false)
  if (!(await start(name))) throw new LearnerError('no-backend', `The ${name} backend does not start here.`)
  await tf.ready()
}

async function start(name: BackendName): Promise<boolean> {
  try {
    if (name === 'wasm') {
      registerWasmKernels()
      await loadKernels()
    }
    return await tf.setBackend(name)
  } catch (cause) {
    const why = cause instanceof Error ? ` ${cause.message}` : ''
    throw new LearnerError('no-backend', `The ${name} backend does not start here.${why}`, { cause })
  }
}
