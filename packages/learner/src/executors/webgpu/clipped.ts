import { tf } from '../../tf.ts'
import { CLIP_EPSILON } from '../../training/optimiser.ts'

/** The gradient, scaled down to `clip` where it is longer than that (`Optimiser`). */
export function clipped(gradient: tf.Tensor1D, clip: number | undefined): tf.Tensor1D {
  if (clip === undefined) return gradient
  const factor = tf.minimum(1, tf.div(clip, tf.add(tf.norm(gradient), CLIP_EPSILON)))
  return tf.mul(gradient, factor)
}
