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

/**
 * Mean over the batch of −Σ target · log softmax(logits), both `[batch, classes]`, each row of targets a distribution. The
 * gradient is towards `logits`.
 */
export function crossEntropy(logits: tf.Tensor2D, targets: tf.Tensor2D): tf.Scalar {
  if (tf.getBackend() === 'webgpu') return crossEntropyOnDevice(logits, targets)
  const distributions = targets.dataSync<'float32'>()
  return tf.customGrad((...inputs) => {
    const [logits] = inputs as [tf.Tensor2D]
    const { loss, gradient } = softmaxCrossEntropy(logits.dataSync<'float32'>(), distributions, logits.shape)
    return {
      value: tf.scalar(loss),
      gradFunc: (dy: tf.Tensor) => {
        const [factor] = dy.dataSync()
        return tf.tensor2d(
          gradient.map((g) => factor * g),
          logits.shape,
        )
      },
    }
  })(logits) as tf.Scalar
}

/**
 * Row by row, with m = max x: z = log Σ e^(x − m), the loss z − Σ target·(x − m) and the gradient
 * (e^(x − m − z) − target) / batch.
 */
function softmaxCrossEntropy(logits: Float32Array, targets: Float32Array, [batch, classes]: readonly [number, number]) {
  const gradient = new Float32Array(logits.length)
  let loss = 0
  for (let from = 0; from < logits.length; from += classes) {
    let largest = -Infinity
    for (let i = from; i < from + classes; i++) largest = Math.max(largest, logits[i])
    let total = 0
    for (let i = from; i < from + classes; i++) total += gradient[i] = Math.exp(logits[i] - largest)
    loss += Math.log(total) / batch
    for (let i = from; i < from + classes; i++) {
      loss -= (targets[i] * (logits[i] - largest)) / batch
      gradient[i] = (gradient[i] / total - targets[i]) / batch
    }
  }
  return { loss, gradient }
}
