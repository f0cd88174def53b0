import type { Backbone } from '@passerby/backbones'
import { loadedKernels } from '../executors/wasm/kernel-module.ts'
import { wasmNetworkOf } from '../executors/wasm/session.ts'
import { tf } from '../tf.ts'
import { describeNetwork, type Network } from './network.ts'
import { plainNetworkOf } from './plain-network.ts'

/**
 * The fastest network of a backbone on whatever backend is current when it is opened: planned kernels where there is an
 * executor, plain TensorFlow.js elsewhere. Throws `RangeError` when two batch norms share their statistics.
 */
export function networkOf(backbone: Backbone): Network {
  const made = new Map<string, Network>()
  const current = () => {
    const backend = tf.getBackend()
    const network = made.get(backend) ?? networkOn(backend, backbone)
    made.set(backend, network)
    return network
  }
  return {
    ...describeNetwork(backbone),
    open: (options) => current().open(options),
    stepPlan: (images) => current().stepPlan(images),
  }
}

function networkOn(backend: string, backbone: Backbone): Network {
  const kernels = loadedKernels()
  return backend === 'wasm' && kernels ? wasmNetworkOf(backbone, kernels) : plainNetworkOf(backbone)
}
