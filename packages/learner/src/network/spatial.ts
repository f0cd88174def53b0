/**
 * Means over space and the gate that they feed, each with its derivative: TensorFlow.js's own would transpose every
 * map, or walk a pool's window once per pixel.
 */
import { GENERALISED_MEAN_FLOOR as FLOOR, GENERALISED_MEAN_POWER as P } from '@passerby/backbones'
import { tf } from '../tf.ts'

/** Mean over height and width, `[n, h, w, c]` → `[n, 1, 1, c]`. */
export function spatialMeans(x: tf.Tensor4D): tf.Tensor4D {
  const [, height, width] = x.shape
  return tf.customGrad((...inputs) => ({
    value: means(inputs[0] as tf.Tensor4D),
    gradFunc: (dy: tf.Tensor) => tf.mul(tf.ones(x.shape), tf.div(dy, height * width)),
  }))(x) as tf.Tensor4D
}

/** Generalised mean over height and width (Radenović et al. 2019, equation 3), `[n, h, w, c]` → `[n, 1, 1, c]`. */
export function generalisedMeans(x: tf.Tensor4D): tf.Tensor4D {
  const [, height, width] = x.shape
  return tf.customGrad((...inputs) => {
    // TensorFlow.js types the trailing `save` as one more tensor.
    const [x, save] = inputs as unknown as [tf.Tensor4D, tf.GradSaveFunc]
    const raised = tf.maximum(x, FLOOR)
    const y = tf.pow(means(tf.pow(raised, P)), 1 / P)
    save([raised, y])
    return {
      value: y,
      // dx = dy·(c/y)^(p − 1)/n with c = max(x, floor), and nothing where the floor is.
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [raised, y] = saved
        const share = tf.mul(tf.pow(tf.div(raised, y), P - 1), tf.greater(raised, FLOOR))
        return tf.mul(share, tf.div(dy, height * width))
      },
    }
  })(x) as tf.Tensor4D
}

/** `x` times `factor`, `[n, h, w, c]` and `[n, 1, 1, c]`. */
export function gated(x: tf.Tensor4D, factor: tf.Tensor4D): tf.Tensor4D {
  const [, height, width] = x.shape
  return tf.customGrad((...inputs) => {
    // TensorFlow.js types the trailing `save` as one more tensor.
    const [x, factor, save] = inputs as unknown as [tf.Tensor4D, tf.Tensor4D, tf.GradSaveFunc]
    save([x, factor])
    return {
      value: tf.mul(x, factor),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [x, factor] = saved
        return [tf.mul(dy, factor), tf.mul(means(tf.mul(dy, x)), height * width)]
      },
    }
  })(x, factor) as tf.Tensor4D
}

function means(x: tf.Tensor4D): tf.Tensor4D {
  if (tf.getBackend() !== 'wasm') return tf.mean(x, [1, 2], true)
  return tf.avgPool(x, [x.shape[1], x.shape[2]], 1, 'valid')
}
