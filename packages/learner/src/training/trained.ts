import { trainedOnDevice } from '../executors/webgpu/trained-on-device.ts'
import { tf } from '../tf.ts'
import { clipScale, type Adam, type Optimiser, type Sgd } from './optimiser.ts'

/** A flat tensor that an optimiser moves, with the optimiser's state. */
export interface Trained {
  /** As it is now: lasts until the next `step`. */
  value(): tf.Tensor1D
  step(gradient: tf.Tensor1D, rate: number): void
  dispose(): void
}

/**
 * `values` are copied; optimiser state starts at 0. All backends but WebGPU compute where this code runs, so that a loop
 * over plain numbers is the quickest there.
 */
export function trained(values: Float32Array, optimiser: Optimiser): Trained {
  if (tf.getBackend() === 'webgpu') return trainedOnDevice(values, optimiser)
  const start = optimiser.proximal ? values.slice() : undefined
  const state = { values: values.slice(), first: new Float32Array(values.length), start }
  const move = optimiser.kind === 'sgd' ? sgd(state, optimiser) : adam(state, optimiser)
  // A backend may go on using the numbers that it is given.
  const tensor = () => tf.keep(tf.tensor1d(state.values.slice()))
  let value = tensor()
  return {
    value: () => value,
    step(gradient, rate) {
      const numbers = gradient.dataSync<'float32'>()
      move(numbers, { rate, scale: scaleFor(numbers, optimiser.clip) })
      value.dispose()
      value = tensor()
    },
    dispose: () => value.dispose(),
  }
}

/** The values, SGD's velocity or Adam's first moment, and where the values started, if they are pulled there. */
interface State {
  readonly values: Float32Array
  readonly first: Float32Array
  readonly start: Float32Array | undefined
}

/** Moves the values by a gradient, times `scale`. */
type Move = (gradient: Float32Array, step: { readonly rate: number; readonly scale: number }) => void

function sgd({ values, first: velocity, start }: State, optimiser: Sgd & Optimiser): Move {
  const { momentum, nesterov, weightDecay, proximal = 0 } = optimiser
  return (gradient, { rate, scale }) => {
    for (let i = 0; i < values.length; i++) {
      const pull = start ? proximal * (values[i] - start[i]) : 0
      const g = scale * gradient[i] + weightDecay * values[i] + pull
      velocity[i] = momentum * velocity[i] + g
      values[i] -= rate * (nesterov ? g + momentum * velocity[i] : velocity[i])
    }
  }
}

function adam({ values, first, start }: State, optimiser: Adam & Optimiser): Move {
  const { beta1, beta2, epsilon, weightDecay, proximal = 0 } = optimiser
  const second = new Float32Array(values.length)
  let steps = 0
  return (gradient, { rate, scale }) => {
    steps++
    const [unbias, unbiasSquare] = [1 / (1 - beta1 ** steps), 1 / (1 - beta2 ** steps)]
    for (let i = 0; i < values.length; i++) {
      const pull = start ? proximal * (values[i] - start[i]) : 0
      const g = scale * gradient[i] + weightDecay * values[i] + pull
      first[i] = beta1 * first[i] + (1 - beta1) * g
      second[i] = beta2 * second[i] + (1 - beta2) * g * g
      values[i] -= (rate * unbias * first[i]) / (Math.sqrt(second[i] * unbiasSquare) + epsilon)
    }
  }
}

function scaleFor(gradient: Float32Array, clip: number | undefined): number {
  if (clip === undefined) return 1
  const square = gradient.reduce((sum, g) => sum + g * g, 0)
  return clipScale(square, clip)
}
