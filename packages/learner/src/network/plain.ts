/**
 * A backbone as a TensorFlow.js network: the reference for every other executor, and what runs where there is none.
 * All weights are one flat tensor, cut into parameters on the tape and put together again by its gradient.
 */
import { BATCH_NORM_EPSILON, parameterSize } from '@passerby/backbones'
import type { Backbone, BatchNorm, Parameter } from '@passerby/backbones'
import { tf } from '../tf.ts'
import { batchNormOfBatch } from './batch-norm.ts'
import { runGraph } from './graph.ts'
import { describeNetwork } from './network.ts'

/** A backbone's forward passes on the tape. Images are `[batch, height, width, 3]`, normalised. */
export interface PlainPasses {
  /**
   * Embeddings `[batch, embedding]` normalised by the batch's own statistics, with a gradient towards `weights`. The
   * batch's means and unbiased variances come along, flat as the statistics are; `batchStatistics` outlives a
   * `tf.tidy`: dispose it.
   */
  train(images: tf.Tensor4D, weights: tf.Tensor1D): { embeddings: tf.Tensor2D; batchStatistics: tf.Tensor1D }
  /** Embeddings normalised by running statistics. */
  embed(images: tf.Tensor4D, weights: tf.Tensor1D, statistics: tf.Tensor1D): tf.Tensor2D
}

/** Throws `RangeError` when two batch norms share their statistics. */
export function plainPassesOf(backbone: Backbone): PlainPasses {
  const { parameters } = describeNetwork(backbone)
  const weights = parameters.filter((one) => one.role === 'weight')
  const statistics = parameters.filter((one) => one.role === 'statistic')
  return {
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
