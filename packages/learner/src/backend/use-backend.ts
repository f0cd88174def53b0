import { LearnerError } from '../learner-error.ts'
import { tf } from '../tf.ts'
import { startWasm } from '../executors/wasm/started.ts'
import { loadShaders } from '../executors/webgpu/loaded.ts'
import type { Storage } from '../executors/webgpu/prelude.ts'
import { registerWasmKernels } from './wasm-kernels.ts'
import { registerWebgpu } from './webgpu-device.ts'

/** Backends that may train. TensorFlow.js's `cpu` is for tests alone. */
export type BackendName = 'webgpu' | 'wasm'

export interface BackendOptions {
  /**
   * That share every batch on wasm, with this one; they need shared memory, and where they do not start wasm runs on
   * one. Default is 1.
   */
  readonly threads?: number
  /**
   * How activations are kept on webgpu; arithmetic and parameters are float32 anyway. float16 halves a batch's memory and
   * what passes through it, and rounds: a step then differs as if weights were off by one in 2,000. Default is f32.
   */
  readonly storage?: Storage
}

/**
 * Makes a backend the current one of this thread, without checking what it computes (`chooseBackend` does). Throws
 * `LearnerError` ('no-backend') when it does not start.
 */
export async function useBackend(name: BackendName, options: BackendOptions = {}): Promise<void> {
  tf.enableProdMode()
  // Its threads do not survive a minified bundle, and need cross-origin isolation.
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false)
  if (!(await start(name, options))) throw new LearnerError('no-backend', `The ${name} backend does not start here.`)
  await tf.ready()
}

async function start(name: BackendName, { threads = 1, storage = 'f32' }: BackendOptions): Promise<boolean> {
  try {
    if (name === 'wasm') {
      registerWasmKernels()
      await startWasm(threads)
    }
    if (name === 'webgpu') registerWebgpu()
    const started = await tf.setBackend(name)
    if (started && name === 'webgpu') await loadShaders(storage)
    return started
  } catch (cause) {
    const why = cause instanceof Error ? ` ${cause.message}` : ''
    throw new LearnerError('no-backend', `The ${name} backend does not start here.${why}`, { cause })
  }
}
