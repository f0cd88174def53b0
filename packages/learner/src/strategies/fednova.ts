import type { SettingsOf } from '@passerby/federation'
import { LearnerError } from '../learner-error.ts'
import { plain } from './plain.ts'
import type { LocalStrategy } from './strategy.ts'

const NO_STEP = 'FedNova divides by the steps of training, and not one was taken: add crops.'

/** FedNova's client half (Wang et al., NeurIPS 2020): an update weighs n_k / a_k, with a_k and a_k² beside the model. */
export const fednova: LocalStrategy<SettingsOf<'fednova'>> = {
  ...plain,
  async conclude({ images, steps, task }) {
    if (steps === 0) throw new LearnerError('too-few-images', NO_STEP)
    const length = stepsTaken(steps, task.settings)
    return { weight: images / length, extras: Float32Array.of(length, length ** 2) }
  },
}

/**
 * a_k = ‖a_k‖₁: how far SGD with momentum goes in so many steps where every gradient is 1, in learning rates. For momentum ρ this
 * is (τ − ρ(1 − ρ^τ)/(1 − ρ))/(1 − ρ) as in the paper. With Nesterov's look-ahead, which the paper leaves out, the same count
 * gives ρ² in place of the first ρ; the authors' code takes the former for both.
 */
export function stepsTaken(
  steps: number,
  { momentum, nesterov }: { readonly momentum: number; readonly nesterov: boolean },
): number {
  let velocity = 0
  let length = 0
  for (let step = 0; step < steps; step++) {
    velocity = momentum * velocity + 1
    length += nesterov ? 1 + momentum * velocity : velocity
  }
  return length
}
