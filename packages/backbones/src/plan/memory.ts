import type { Backbone } from '../backbone.ts'
import { draftWithin } from './fit.ts'
import type { ArenaNeeds, StepPlan } from './step-plan.ts'
import { sheetOf, type BatchShape } from './steps.ts'
import { TooLittleMemory } from './too-little-memory.ts'

const FLOAT_BYTES = 4

/**
 * Bytes that an executor needs for a plan: its arena and flat buffers, and as many more of the weights' size as the
 * optimiser keeps (`optimiserStates`: 1 for momentum, 2 for Adam).
 */
export function planBytes({ sizes }: Pick<StepPlan, 'sizes'>, optimiserStates = 0): number {
  const { arena, parameters, gradient, statistics } = sizes
  return FLOAT_BYTES * (arena + parameters + gradient + statistics + optimiserStates * gradient)
}

/** The fewest float32 values that the arena of a training step can do with, however much is computed again. */
export function smallestArena(backbone: Backbone, options: BatchShape & Omit<ArenaNeeds, 'memory'>): number {
  const { batch, height, width, workspace, alignment } = options
  const sheet = sheetOf(backbone, workspace, { batch, height, width })
  return draftWithin(sheet, { training: true, alignment, memory: 0 }).arena.size
}

export interface LargestBatchOptions extends Omit<BatchShape, 'batch'>, Omit<ArenaNeeds, 'memory'> {
  /** Float32 values that the arena may have. */
  readonly memory: number
  /** The largest batch wanted; at least 2. */
  readonly most: number
}

/**
 * The largest batch up to `most` that can be trained within `memory`: a handful of plans, since arenas grow almost by the
 * same amount with every image. Throws `TooLittleMemory` when not even two images can.
 */
export function largestBatch(backbone: Backbone, { memory, most, ...options }: LargestBatchOptions): number {
  const sheet = sheetOf(backbone, options.workspace, { ...options, batch: most })
  if (draftWithin(sheet, { ...options, training: true, memory }).arena.size <= memory) return most
  const arenaOf = (batch: number) => smallestArena(backbone, { ...options, batch })
  const least = arenaOf(2)
  if (least > memory) {
    throw new TooLittleMemory(
      `largestBatch: two images take an arena of ${least} numbers, and there are ${memory}`,
      least,
    )
  }
  let [fitting, tooMany] = [2, most + 1]
  let perImage = least / 2
  while (tooMany - fitting > 1) {
    const guess = 2 + Math.floor((memory - least) / perImage)
    const batch = Math.min(Math.max(guess, fitting + 1), tooMany - 1)
    const arena = arenaOf(batch)
    perImage = (arena - least) / (batch - 2)
    if (arena <= memory) fitting = batch
    else tooMany = batch
  }
  return fitting
}
