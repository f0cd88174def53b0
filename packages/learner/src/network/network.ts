/**
 * A backbone as a TensorFlow.js network: the reference for every other executor, and what runs where there is none.
 * All weights are one flat tensor, cut into parameters on the tape and put together again by its gradient.
 */
import { BATCH_NORM_EPSILON, countParameters, embeddingSize, parametersOf, parameterSize } from '@passerby/backbones'
import type { Backbone, BatchNorm, Parameter } from '@passerby/backbones'
import { tf } from '../tf.ts'
import { batchNormOfBatch } from './batch-norm.ts'
import { runGraph } from './graph.ts'

/** Images are `[batch, height, width, 3]`, normalised; embeddings are `[batch, embedding]`. */
export interface Network {
  readonly backbone: Backbone
  /** The order of the flat buffers: all weights, then all statistics. */
  readonly parameters: readonly Parameter[]
  /** Values of each part of the flat buffer, and in one embedding. */
  readonly sizes: { readonly weights: number; readonly statistics: number; readonly embedding: number }
  /**
   * Embeddings normalised by the batch's own statistics, with a gradient towards `weights`. The batch's means and
   * unbiased variances come along, flat as the statistics are; `batchStatistics` outlives a `tf.tidy`: dispose it.
   */
  train(images: tf.Tensor4D, weights: tf.Tensor1D): { embeddings: tf.Tensor2D; batchStatistics: tf.Tensor1D }
  /** Embeddings normalised by running statistics. */
  embed(images: tf.Tensor4D, weights: tf.Tensor1D, statistics: tf.Tensor1D): tf.Tensor2D
  /** Kernel calls in one `train` and its gradient that TensorFlow.js does not know of: none where it runs everything. */
  plannedCalls(images: { readonly batch: number; readonly height: number; readonly width: number }): number
}

/** What every executor's network says of itself. Throws `RangeError` when two batch norms share their statistics. */
export function describeNetwork(backbone: Backbone): Pick<Network, 'backbone' | 'parameters' | 'sizes'> {
  const parameters = parametersOf(backbone)
  const { weight, statistic } = countParameters(backbone)
  const batchNorms = backbone.nodes.filter((node) => node.op === 'batchNorm').length
  const statistics = parameters.filter((one) => one.role === 'statistic').length
  if (2 * batchNorms !== statistics) throw new RangeError('describeNetwork: two batch norms share their statistics')
  return {
    backbone,
    parameters,
    sizes: { weights: weight, statistics: statistic, embedding: embeddingSize(backbone) },
  }
}

/** The TensorFlow.js network of a backbone. Throws `RangeError` when two batch norms share their statistics. */
export function plainNetworkOf(backbone: Backbone): Network {
  const network = describeNetwork(backbone)
  const weights = network.parameters.filter((one) => one.role === 'weight')
  const statistics = network.parameters.filter((one) => one.role === 'statistic')
  return {
    ...network,
    train(images, flat) {
      const values = unpack(flat, weights)
      const batch: { mean: tf.Tensor; variance: tf.Tensor; rows: number }[] = []
      const normalise = <T extends tf.Tensor>(node: BatchNorm, x: T) => {
        const [gamma, beta] = affine(values, node)
        const rows = x.size / gamma.size
        return batchNormOfBatch(x, gamma, beta, (mean, variance) => batch.push({ mean, variance, rows }))
      }
      const embeddings = runGraph(backbone, { images, values, normalise })
      return { embeddings, batchStatistics: pack(batch) }
    },
    plannedCalls: () => 0,
    embed(images, flat, flatStatistics) {
      return tf.tidy(() => {
        const values = unpack(flat, weights)
        const running = unpack(flatStatistics, statistics)
        return runGraph(backbone, {
          images,
          values,
          normalise: (node, x) => {
            const [gamma, beta] = affine(values, node)
            const mean = valueOf(running, `${node.parameters}.running_mean`)
            const variance = valueOf(running, `${node.parameters}.running_var`)
            const scale = tf.mul(gamma, tf.rsqrt(tf.add(variance, BATCH_NORM_EPSILON)))
            return tf.add(tf.mul(x, scale), tf.sub(beta, tf.mul(mean, scale)))
          },
        })
      })
    },
  }
}

/** Parameters by name, each still flat. One kernel forward; backward, one concatenation. */
function unpack(flat: tf.Tensor1D, parameters: readonly Parameter[]): ReadonlyMap<string, tf.Tensor1D> {
  const parts: tf.Tensor1D[] = tf.split(flat, parameters.map(parameterSize))
  return new Map(parameters.map((parameter, index) => [parameter.name, parts[index]]))
}

/** Throws `RangeError` when there is none of that name. */
export function valueOf(values: ReadonlyMap<string, tf.Tensor1D>, name: string): tf.Tensor1D {
  const value = values.get(name)
  if (!value) throw new RangeError(`valueOf: no parameter '${name}'`)
  return value
}

function affine(values: ReadonlyMap<string, tf.Tensor1D>, node: BatchNorm): [gamma: tf.Tensor1D, beta: tf.Tensor1D] {
  return [valueOf(values, `${node.parameters}.weight`), valueOf(values, `${node.parameters}.bias`)]
}

/** Means and variances in layout order, variances times n / (n − 1), as PyTorch keeps them. Disposes its inputs. */
function pack(batch: readonly { mean: tf.Tensor; variance: tf.Tensor; rows: number }[]): tf.Tensor1D {
  const tensors = batch.flatMap(({ mean, variance }) => [mean, variance])
  const correction = batch.flatMap(({ mean, rows }) => [
    ...Array.from({ length: mean.size }, () => 1),
    ...Array.from({ length: mean.size }, () => rows / (rows - 1)),
  ])
  const packed = tf.tidy(() => tf.mul(tf.concat(tensors.map((one) => one.flatten())), tf.tensor1d(correction)))
  tf.dispose(tensors)
  return tf.keep(packed) as tf.Tensor1D
}
