/**
 * Does a backend compute what TensorFlow.js's `cpu` backend computes? One training step and one evaluation of the
 * `tiny` backbone on made-up images, compared with stored values. Drivers that return zeros or lose precision fail.
 */
import { backboneByName, initialise } from '@passerby/backbones'
import { networkOf } from '../network/network-of.ts'
import { tf } from '../tf.ts'
import { crossEntropy, smoothedTargets } from '../training/loss.ts'
import { storedValues } from './self-check.values.ts'

export type CheckedValues = Readonly<Record<'loss' | 'gradient' | 'statistics' | 'embedding', readonly number[]>>

/** Largest deviation that passes, relative to the largest stored value of its kind. float32 stays below 1e-4. */
export const GRADIENT_TOLERANCE = 1e-3

const EMBEDDING = 16
const IMAGES = { batch: 6, height: 32, width: 16 }
/** Every so-many-th value is compared: a prime, so that all parameters and channels have their turn. */
const STRIDE = 13

/** The values on the current backend. */
export async function computeValues(): Promise<CheckedValues> {
  const backbone = backboneByName('tiny', EMBEDDING)
  const network = networkOf(backbone)
  const parameters = initialise(backbone, 1)
  const { batch, height, width } = IMAGES
  const kept = tf.tidy(() => {
    const images = tf.tensor4d(waves(batch * height * width * 3), [batch, height, width, 3])
    const weights = tf.tensor1d(parameters.subarray(0, network.sizes.weights))
    const statistics = tf.tensor1d(parameters.subarray(network.sizes.weights))
    const targets = tf.tensor2d(smoothedTargets([0, 1, 2, 3, 0, 1], 4, 0.1), [batch, 4])
    const head = tf.tensor2d(waves(EMBEDDING * 4), [EMBEDDING, 4])
    const collected: tf.Tensor[] = []
    const { value, grads } = tf.valueAndGrads((weights: tf.Tensor, head: tf.Tensor) => {
      const { embeddings, batchStatistics } = network.train(images, weights as tf.Tensor1D)
      collected.push(batchStatistics)
      return crossEntropy(tf.matMul(embeddings, head.as2D(EMBEDDING, 4)), targets)
    })([weights, head])
    const gradient = tf.concat(grads.map((one) => one.flatten()))
    const [batchStatistics] = collected
    return { loss: value, gradient, statistics: batchStatistics, embedding: network.embed(images, weights, statistics) }
  })
  try {
    const [loss, gradient, statistics, embedding] = await Promise.all([
      kept.loss.data(),
      kept.gradient.data(),
      kept.statistics.data(),
      kept.embedding.data(),
    ])
    return {
      loss: [...loss],
      gradient: thinned(gradient),
      statistics: thinned(statistics),
      embedding: thinned(embedding),
    }
  } finally {
    tf.dispose(kept)
  }
}

/** Largest relative deviation of the current backend from the stored values; `NaN` when it computed one. */
export async function gradientError(): Promise<number> {
  return deviation(await computeValues(), storedValues)
}

/** Largest deviation of any kind of value, relative to the largest value of that kind in `expected`. */
export function deviation(actual: CheckedValues, expected: CheckedValues): number {
  return Math.max(
    ...(['loss', 'gradient', 'statistics', 'embedding'] as const).map((kind) => {
      const scale = Math.max(...expected[kind].map(Math.abs))
      return Math.max(...expected[kind].map((value, index) => Math.abs(value - actual[kind][index]))) / scale
    }),
  )
}

/** Smooth numbers in ±1 without a generator. */
function waves(count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, index) => Math.sin(index * 0.7) * Math.cos(index * index * 0.013))
}

function thinned(values: Float32Array | Int32Array | Uint8Array): readonly number[] {
  return [...values].filter((_, index) => index % STRIDE === 0)
}
