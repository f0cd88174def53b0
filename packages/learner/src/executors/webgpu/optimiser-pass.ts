/** What a step of the optimiser comes to for shaders: calls made once, and settings that change from step to step. */
import type { Optimiser } from '../../training/optimiser.ts'
import type { Call } from './program.ts'
import { SETTINGS_SIZE } from './shaders/optimisers.ts'

/** How many numbers the flat buffers have; running statistics follow the weights in `parameters`. */
export interface FlatSizes {
  readonly weights: number
  readonly statistics: number
}

/** Numbers of `state`, zeros before the first step. */
export function stateSize(optimiser: Optimiser, { weights }: FlatSizes): number {
  return SETTINGS_SIZE + (optimiser.kind === 'adam' ? 2 : 1) * weights
}

/** The calls of one step, which begins with `stepSettings` at the start of `state`. */
export function optimiserCalls(optimiser: Optimiser, { weights, statistics }: FlatSizes): readonly Call[] {
  const clip = optimiser.clip === undefined ? 0 : 1
  const nesterov = optimiser.kind === 'sgd' && optimiser.nesterov ? 1 : 0
  const move: Call = { shader: optimiser.kind, operands: [], sizes: { weights, statistics, clip, nesterov } }
  return clip === 0 ? [move] : [{ shader: 'squares', operands: [], sizes: { weights } }, move]
}

/** `step` counts from 1. */
export function stepSettings(optimiser: Optimiser, rate: number, step: number): Float32Array<ArrayBuffer> {
  const { clip = 0, weightDecay } = optimiser
  if (optimiser.kind === 'sgd') return Float32Array.of(rate, weightDecay, clip, optimiser.momentum)
  const { beta1, beta2, epsilon } = optimiser
  const [unbiasedRate, unbias] = [rate / (1 - beta1 ** step), 1 / (1 - beta2 ** step)]
  return Float32Array.of(unbiasedRate, weightDecay, clip, beta1, 1 - beta1, beta2, 1 - beta2, epsilon, unbias)
}
