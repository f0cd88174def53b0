import type { SoftTargets } from '@passerby/federation'
import { tf } from '../tf.ts'
import { crossEntropy } from './loss.ts'

/**
 * How far a student's embeddings are from soft targets, both `[batch, embedding]`; the gradient is towards the embeddings.
 * `embeddings`: the mean of (f − l)² over all values, f as it is and l of length 1, as FedReID's code has it (ALGORITHMS 2.4).
 * `scores`: the batch's mean of −T²·Σ l·log softmax(f / T), where T² keeps the gradient's size whatever the temperature
 * (Hinton, Vinyals & Dean 2015, section 2).
 */
export function distillationLoss(embeddings: tf.Tensor2D, values: tf.Tensor2D, targets: SoftTargets): tf.Scalar {
  if (targets.of === 'embeddings') return tf.mean(tf.square(tf.sub(embeddings, values)))
  const { temperature } = targets
  return tf.mul(temperature ** 2, crossEntropy(tf.div(embeddings, temperature), values))
}
