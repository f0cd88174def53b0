import { tf } from '../tf.ts'

export interface Sgd {
  readonly momentum: number
  readonly nesterov: boolean
  readonly weightDecay: number
}

/** A flat tensor that is trained, with its optimiser state. */
export type Trained = {
  readonly value: tf.Tensor1D
  readonly velocity: tf.Tensor1D
}

/** `value` is copied into tensors that the caller owns; the velocity starts at 0. */
export function trained(value: Float32Array): Trained {
  return { value: tf.tensor1d(value), velocity: tf.zeros([value.length]) }
}

/**
 * One step of stochastic gradient descent as in PyTorch (dampening 0): g ← gradient + decay·value,
 * velocity ← momentum·velocity + g, value ← value − rate·(g + momentum·velocity with Nesterov, else velocity).
 * Returns new tensors; the old ones stay.
 */
export function sgdStep(from: Trained, gradient: tf.Tensor, rate: number, options: Sgd): Trained {
  const { momentum, nesterov, weightDecay } = options
  return tf.tidy(() => {
    const g: tf.Tensor1D = tf.add(gradient, tf.mul(from.value, weightDecay))
    const velocity: tf.Tensor1D = tf.add(tf.mul(from.velocity, momentum), g)
    const direction = nesterov ? tf.add(g, tf.mul(velocity, momentum)) : velocity
    const value: tf.Tensor1D = tf.sub(from.value, tf.mul(direction, rate))
    return { value, velocity }
  })
}
