/** Batch normalisation with its derivative beside it (Ioffe & Szegedy 2015), PyTorch's semantics. */
import { BATCH_NORM_EPSILON } from '@passerby/backbones'
import { tf } from '../tf.ts'

/** Takes over a batch's mean and biased variance, both `[1, channels]`: whoever receives them disposes them. */
export type StatisticsSink = (mean: tf.Tensor, variance: tf.Tensor) => void

/** Normalises by the batch's own statistics. `x` is `[batch, …, channels]`; `gamma` and `beta` are `[channels]`. */
export function batchNormOfBatch<T extends tf.Tensor>(
  x: T,
  gamma: tf.Tensor,
  beta: tf.Tensor,
  sink: StatisticsSink,
): T {
  const channels = gamma.size
  const rows: [number, number] = [x.size / channels, channels]
  const normalise = tf.customGrad((...inputs) => {
    // TensorFlow.js types the trailing `save` as one more tensor.
    const [x, gamma, beta, save] = inputs as unknown as [tf.Tensor, tf.Tensor, tf.Tensor, tf.GradSaveFunc]
    const flat = x.reshape(rows)
    const mean = columnMeans(flat)
    const centred = tf.sub(flat, mean)
    const variance = columnMeans(tf.square(centred))
    const inverse = tf.rsqrt(tf.add(variance, BATCH_NORM_EPSILON))
    const scale = tf.mul(inverse, gamma)
    sink(tf.keep(mean), tf.keep(variance))
    save([centred, inverse, scale])
    return { value: tf.add(tf.mul(centred, scale), beta).reshape(x.shape), gradFunc }
  })

  // With means over the batch, x̂ = centred·inverse: dβ = n·mean(dy), dγ = n·mean(dy·x̂),
  // dx = γ·inverse·(dy − mean(dy) − x̂·mean(dy·x̂)).
  const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
    const [centred, inverse, scale] = saved
    const flat = dy.reshape(rows)
    const meanDy = columnMeans(flat)
    const meanDyNormal = tf.mul(columnMeans(tf.mul(flat, centred)), inverse)
    const straight = tf.sub(flat, meanDy)
    const along = tf.mul(centred, tf.mul(meanDyNormal, inverse))
    return [
      tf.mul(tf.sub(straight, along), scale).reshape(dy.shape),
      tf.mul(meanDyNormal, rows[0]).reshape([channels]),
      tf.mul(meanDy, rows[0]).reshape([channels]),
    ]
  }
  return normalise(x, gamma, beta) as T
}

/** Mean of every column, `[rows, columns]` → `[1, columns]`. On wasm an average pool does it some ten times faster. */
function columnMeans(x: tf.Tensor): tf.Tensor {
  if (tf.getBackend() !== 'wasm') return tf.mean(x, 0, true)
  const [rows, columns] = x.shape
  return tf.avgPool(x.as4D(1, rows, 1, columns), [rows, 1], 1, 'valid').reshape([1, columns])
}
