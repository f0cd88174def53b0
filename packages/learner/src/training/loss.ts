import { crossEntropyOnDevice } from '../executors/webgpu/cross-entropy.ts'
import { tf } from '../tf.ts'

/**
 * Target distributions, `[labels, classes]` row by row: 1 − ε + ε/K for the label and ε/K for every other class
 * (Szegedy et al. 2016, section 7; PyTorch's `label_smoothing`).
 */
export function smoothedTargets(labels: readonly number[], classes: number, smoothing: number): Float32Array {
  const targets = new Float32Array(labels.length * classes).fill(smoothing / classes)
  for (const [row, label] of labels.entries()) targets[row * classes + label] += 1 - smoothing
  return targets
}

/** Mean over the batch of −Σ target · log softmax(logits), both `[batch, classes]`. The gradient is towards `logits`. */
export function crossEntropy(logits: tf.Tensor2D, targets: tf.Tensor2D): tf.Scalar {
  if (tf.getBackend() === 'webgpu') return crossEntropyOnDevice(logits, targets)
  return tf.customGrad((...inputs) => {
    // TensorFlow.js types the trailing `save` as one more tensor.
    const [logits, targets, save] = inputs as unknown as [tf.Tensor2D, tf.Tensor2D, tf.GradSaveFunc]
    const batch = logits.shape[0]
    const shifted = tf.sub(logits, tf.max(logits, 1, true))
    const exponentials = tf.exp(shifted)
    const total = tf.sum(exponentials, 1, true)
    const softmax = tf.div(exponentials, total)
    save([softmax, targets])
    // The targets of a row sum to 1, so Σ target·(log total − shifted) is log total − Σ target·shifted.
    const value = tf.div(tf.sub(tf.sum(tf.log(total)), tf.sum(tf.mul(targets, shifted))), batch)
    return {
      value,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [softmax, targets] = saved
        return [tf.mul(tf.sub(softmax, targets), tf.div(dy, batch)), tf.zerosLike(targets)]
      },
    }
  })(logits, targets) as tf.Scalar
}
