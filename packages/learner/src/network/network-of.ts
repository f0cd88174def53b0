import type { Backbone } from '@passerby/backbones'
import { loadedKernels } from '../executors/wasm/kernel-module.ts'
import { plannedNetworkOf } from '../executors/wasm/planned-network.ts'
import { tf } from '../tf.ts'
import { plainNetworkOf, type Network } from './network.ts'

/**
 * The fastest network of a backbone on whatever backend is current when it is called: planned kernels on wasm, plain
 * TensorFlow.js elsewhere. Throws `RangeError` when two batch norms share their statistics.
 */
export function networkOf(backbone: Backbone): Network {
  const plain = plainNetworkOf(backbone)
  let planned: Network | undefined
  const current = () => {
    const kernels = loadedKernels()
    if (tf.getBackend() !== 'wasm' || !kernels) return plain
    return (planned ??= plannedNetworkOf(backbone, kernels))
  }
  return {
    ...plain,
    train: (images, weights) => current().train(images, weights),
    embed: (images, weights, statistics) => current().embed(images, weights, statistics),
    plannedCalls: (images) => current().plannedCalls(images),
  }
}
