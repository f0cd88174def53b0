import type { Backbone } from '@passerby/backbones'
import { wasmNetworkOf } from '../executors/wasm/session.ts'
import { wasmParts } from '../executors/wasm/started.ts'
import { tf } from '../tf.ts'
import { describeNetwork, type Network } from './network.ts'
import { plainNetworkOf } from './plain-network.ts'

/**
 * The fastest network of a backbone on whatever backend is current when it is opened: planned kernels where there is an
 * executor, plain TensorFlow.js elsewhere. Throws `RangeError` when two batch norms share their statistics.
 */
export function networkOf(backbone: Backbone): Network {
  const made = new Map<unknown, Network>()
  const current = () => {
    const backend = tf.getBackend()
    const parts = backend === 'wasm' ? wasmParts() : undefined
    const network = made.get(parts ?? backend) ?? (parts ? wasmNetworkOf(backbone, parts) : plainNetworkOf(backbone))
    made.set(parts ?? backend, network)
    return network
  }
  return {
    ...describeNetwork(backbone),
    open: (options) => current().open(options),
    stepPlan: (images) => current().stepPlan(images),
  }
}
