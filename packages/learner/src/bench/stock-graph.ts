/** A backbone by TensorFlow.js's own operations, as its documentation would have it: nothing here knows of a backend. */
import {
  BATCH_NORM_EPSILON,
  GENERALISED_MEAN_FLOOR,
  GENERALISED_MEAN_POWER,
  type Backbone,
  type BatchNorm,
  type Node,
} from '@passerby/backbones'
import { lastOutput } from '../network/graph.ts'
import { tf } from '../tf.ts'

export interface StockParameters {
  /** Throws `RangeError` when there is none of that name. */
  readonly value: (name: string) => tf.Tensor
  /** Sees every batch norm's mean and biased variance, and how many values each is of. */
  readonly onMoments: (node: BatchNorm, moments: { mean: tf.Tensor; variance: tf.Tensor }, rows: number) => void
}

/** Embeddings `[batch, embedding]` by the batch's own statistics. */
export function runStockGraph(backbone: Backbone, images: tf.Tensor4D, parameters: StockParameters): tf.Tensor2D {
  const last = lastOutput(backbone, images, (node, operands) => runNode(node, operands, parameters))
  return last.reshape([last.shape[0], -1])
}

function runNode(node: Node, operands: readonly tf.Tensor4D[], { value, onMoments }: StockParameters): tf.Tensor4D {
  const [x] = operands
  switch (node.op) {
    case 'conv': {
      const y = tf.conv2d(x, value(`${node.parameters}.weight`) as tf.Tensor4D, node.stride, node.padding)
      return node.bias ? tf.add(y, value(`${node.parameters}.bias`)) : y
    }
    case 'depthwise': {
      const y = tf.depthwiseConv2d(x, value(`${node.parameters}.weight`) as tf.Tensor4D, node.stride, node.padding)
      return node.bias ? tf.add(y, value(`${node.parameters}.bias`)) : y
    }
    case 'linear': {
      const y = tf.matMul(x.reshape([x.shape[0], -1]), value(`${node.parameters}.weight`))
      return tf.add(y, value(`${node.parameters}.bias`)).reshape([x.shape[0], 1, 1, node.channels])
    }
    case 'batchNorm': {
      const moments = tf.moments(x, [0, 1, 2])
      const [mean, variance] = [moments.mean as tf.Tensor1D, moments.variance as tf.Tensor1D]
      onMoments(node, { mean, variance }, x.size / mean.size)
      const [gamma, beta] = ['weight', 'bias'].map((name) => value(`${node.parameters}.${name}`) as tf.Tensor1D)
      return tf.batchNorm(x, mean, variance, beta, gamma, BATCH_NORM_EPSILON)
    }
    case 'relu':
      return tf.relu(x)
    case 'relu6':
      return tf.relu6(x)
    case 'maxPool':
      return tf.maxPool(x, node.kernel, node.stride, node.padding)
    case 'averagePool':
      return tf.avgPool(x, node.kernel, node.stride, node.padding)
    case 'globalAveragePool':
      return tf.mean(x, [1, 2], true)
    case 'generalisedMeanPool': {
      const powers = tf.pow(tf.maximum(x, GENERALISED_MEAN_FLOOR), GENERALISED_MEAN_POWER)
      return tf.pow(tf.mean(powers, [1, 2], true), 1 / GENERALISED_MEAN_POWER)
    }
    case 'add':
      return tf.addN([...operands])
    case 'gate': {
      const layer = (x: tf.Tensor4D, name: string): tf.Tensor4D =>
        tf.add(
          tf.conv2d(x, value(`${node.parameters}.${name}.weight`) as tf.Tensor4D, 1, 0),
          value(`${node.parameters}.${name}.bias`),
        )
      return tf.mul(x, tf.sigmoid(layer(tf.relu(layer(tf.mean(x, [1, 2], true), 'fc1')), 'fc2')))
    }
  }
}
