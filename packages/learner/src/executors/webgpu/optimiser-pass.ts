/** What a step of the optimiser comes to for shaders: calls made once, and settings that change from step to step. */
import { unbiased, type Optimiser } from '../../training/optimiser.ts'
import type { Call } from './program.ts'
import { MOMENTS, SETTINGS_SIZE } from './shaders/optimisers.ts'

/** How many numbers the flat buffers have; running statistics follow the weights in `parameters`. */
export interface FlatSizes {
  readonly weights: number
  readonly statistics: number
}

/** Numbers of `state`: before the first step zeros, but what the weights are from `startIn` on, if there is that. */
export function stateSize(optimiser: Optimiser, { weights }: FlatSizes): number {
  return SETTINGS_SIZE + (MOMENTS[optimiser.kind] + (optimiser.proximal ? 1 : 0)) * weights
}

/** Where in `state` the weights are that a proximal term pulls to; undefined where there is no such term. */
export function startIn(optimiser: Optimiser, { weights }: Pick<FlatSizes, 'weights'>): number | undefined {
  return optimiser.proximal ? SETTINGS_SIZE + MOMENTS[optimiser.kind] * weights : undefined
}

/** The calls of one step, which finds `stepSettings` at the start of `state`. */
export function optimiserCalls(optimiser: Optimiser, { weights, statistics }: FlatSizes): readonly Call[] {
  const clip = optimiser.clip === undefined ? 0 : 1
  const move: Call = { shader: optimiser.kind, operands: [], sizes: { weights, statistics, clip } }
  return clip === 0 ? [move] : [{ shader: 'squares', operands: [], sizes: { weights } }, move]
}

/** The numbers that `SETTINGS` names. `step` counts from 1. */
export function stepSettings(optimiser: Optimiser, rate: number, step: number): readonly number[] {
  const { clip = 0, weightDecay, proximal = 0 } = optimiser
  if (optimiser.kind === 'sgd') {
    return [rate, weightDecay, proximal, clip, optimiser.momentum, Number(optimiser.nesterov)]
  }
  const { beta1, beta2, epsilon } = optimiser
  const free = unbiased(optimiser, rate, step)
  return [free.rate, weightDecay, proximal, clip, beta1, 1 - beta1, beta2, 1 - beta2, epsilon, free.second]
}
