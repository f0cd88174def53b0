import { trainedOnDevice } from '../executors/webgpu/trained-on-device.ts'
import { tf } from '../tf.ts'
import { clipped } from './clipped.ts'
import type { Adam, Optimiser, Sgd } from './optimiser.ts'

/** A flat tensor that an optimiser moves, with the optimiser's state, by TensorFlow.js on whatever backend is current. */
export interface Trained {
  /** As it is now: lasts until the next `step`. */
  value(): tf.Tensor1D
  step(gradient: tf.Tensor1D, rate: number): void
  dispose(): void
}

/** `values` are copied; optimiser state starts at 0. */
export function trained(values: Float32Array, optimiser: Optimiser): Trained {
  if (tf.getBackend() === 'webgpu') return trainedOnDevice(values, optimiser)
  const zeros = () => tf.keep(tf.zeros<tf.Rank.R1>([values.length]))
  let state: State = { value: tf.keep(tf.tensor1d(values)), first: zeros() }
  if (optimiser.kind === 'adam') state = { ...state, second: zeros() }
  let steps = 0
  return {
    value: () => state.value,
    step(gradient, rate) {
      steps++
      const next = tf.tidy(() => {
        const g: tf.Tensor1D = tf.add(clipped(gradient, optimiser.clip), tf.mul(state.value, optimiser.weightDecay))
        return optimiser.kind === 'sgd'
          ? sgd(state, g, { ...optimiser, rate })
          : adam(state, g, { ...optimiser, rate, steps })
      })
      tf.dispose(state)
      state = next
      for (const tensor of Object.values(state)) tf.keep(tensor)
    },
    dispose: () => tf.dispose(state),
  }
}

/** SGD's velocity, or Adam's two moments. */
type State = { readonly value: tf.Tensor1D; readonly first: tf.Tensor1D; readonly second?: tf.Tensor1D }

function sgd({ value, first }: State, g: tf.Tensor1D, { momentum, nesterov, rate }: Sgd & { rate: number }): State {
  const velocity: tf.Tensor1D = tf.add(tf.mul(first, momentum), g)
  const direction: tf.Tensor1D = nesterov ? tf.add(g, tf.mul(velocity, momentum)) : velocity
  return { value: tf.sub(value, tf.mul(direction, rate)), first: velocity }
}

function adam(
  { value, first, second = first }: State,
  g: tf.Tensor1D,
  { beta1, beta2, epsilon, rate, steps }: Adam & { rate: number; steps: number },
): State {
  const mean: tf.Tensor1D = tf.add(tf.mul(first, beta1), tf.mul(g, 1 - beta1))
  const square: tf.Tensor1D = tf.add(tf.mul(second, beta2), tf.mul(tf.square(g), 1 - beta2))
  const deviation = tf.add(tf.sqrt(tf.div(square, 1 - beta2 ** steps)), epsilon)
  const move = tf.div(tf.mul(mean, rate / (1 - beta1 ** steps)), deviation)
  return { value: tf.sub(value, move), first: mean, second: square }
}
