/**
 * A backbone as one operation of the tape: TensorFlow.js sees images and weights go in and embeddings come out, and the
 * plan's kernels do the rest. For the wasm backend, where reading a tensor is a copy and waits for nothing.
 */
import { planStep, type Backbone } from '@passerby/backbones'
import { describeNetwork, type Network } from '../../network/network.ts'
import { tf } from '../../tf.ts'
import { createWasmExecutor } from './executor.ts'

/**
 * The same network as `networkOf` gives. Its memory is one and is freed with it; a gradient can be taken of the last
 * `train` only. Throws `RangeError` when two batch norms share their statistics.
 */
export function plannedNetworkOf(backbone: Backbone, kernels: WebAssembly.Module): Network {
  const network = describeNetwork(backbone)
  const { embedding, weights: weightCount } = network.sizes
  const executor = createWasmExecutor(backbone, kernels)

  const forward = (images: tf.Tensor4D, training: boolean) => {
    const [batch, height, width] = images.shape
    return executor.forward(numbersOf(images), { batch, height, width, training })
  }

  return {
    ...network,
    train(images, weights) {
      const embed = tf.customGrad((flat) => {
        executor.parameters().set(numbersOf(flat as tf.Tensor))
        const pass = forward(images, true)
        const value = tf.tensor2d(pass.embeddings.slice(), [images.shape[0], embedding])
        return { value, gradFunc: (dy: tf.Tensor) => tf.tensor1d(pass.backward(numbersOf(dy)).slice()) }
      })
      const embeddings = embed(weights) as tf.Tensor2D
      return { embeddings, batchStatistics: tf.keep(tf.tensor1d(executor.statistics().slice())) }
    },
    embed(images, weights, statistics) {
      executor.parameters().set(numbersOf(weights))
      executor.parameters().set(numbersOf(statistics), weightCount)
      return tf.tensor2d(forward(images, false).embeddings.slice(), [images.shape[0], embedding])
    },
    plannedCalls(images) {
      const plan = planStep(backbone, { ...images, training: true })
      return plan.forward.length + plan.backward.length
    },
  }
}

function numbersOf(tensor: tf.Tensor): Float32Array {
  const values = tensor.dataSync()
  if (!(values instanceof Float32Array)) throw new TypeError(`plannedNetworkOf: a tensor of ${tensor.dtype}`)
  return values
}
