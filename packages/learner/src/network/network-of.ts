import type { Backbone } from '@passerby/backbones'
import { wasmNetworkOf } from '../executors/wasm/session.ts'
import { wasmParts } from '../executors/wasm/started.ts'
import { loadedShaders } from '../executors/webgpu/loaded.ts'
import { webgpuNetworkOf } from '../executors/webgpu/session.ts'
import { tf } from '../tf.ts'
import { describeNetwork, type Network } from './network.ts'
import { plainNetworkOf } from './plain-network.ts'

/**
 * The fastest network of a backbone on whatever backend is current when it is opened: planned kernels where there is an
 * executor, plain TensorFlow.js elsewhere. Throws `RangeError` when two batch norms share their statistics.
 */
export function networkOf(backbone: Backbone): Network {
  let made: { readonly key: unknown; readonly network: Network } | undefined
  const current = () => {
    const { key, make } = executorOf(tf.getBackend())
    // What an earlier start's executors hold goes with its network.
    if (!made || made.key !== key) made = { key, network: make(backbone) }
    return made.network
  }
  return {
    ...describeNetwork(backbone),
    open: (options) => current().open(options),
    largestBatch: (images, most) => current().largestBatch(images, most),
    stepPlan: (images) => current().stepPlan(images),
  }
}

/** How networks are made on a backend as it was last started, and what stands for that start. */
function executorOf(backend: string): { readonly key: unknown; readonly make: (backbone: Backbone) => Network } {
  const parts = backend === 'wasm' ? wasmParts() : undefined
  if (parts) return { key: parts, make: (backbone) => wasmNetworkOf(backbone, parts) }
  const shaders = backend === 'webgpu' ? loadedShaders() : undefined
  if (shaders) return { key: shaders, make: (backbone) => webgpuNetworkOf(backbone, shaders) }
  return { key: backend, make: plainNetworkOf }
}
