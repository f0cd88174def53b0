/** Threads that share a batch share the memory for it: each may take as much of it as it has of the batch. */
import {
  planStep,
  smallestArena,
  TooLittleMemory,
  type Backbone,
  type ImageSize,
  type PassShape,
  type StepPlan,
} from '@passerby/backbones'
import { fittingBatch, noMemoryFor } from '../fitting-batch.ts'
import { outOfMemory } from './memory.ts'
import { shareOf } from './threads/orders.ts'
import { WASM_ARENA } from './workspace.ts'

/** For all of a batch or a share of it. Throws `RangeError` for a shape without a plan, `LearnerError` ('out-of-memory'). */
export function planShare(backbone: Backbone, shape: PassShape, memory: number = WASM_ARENA.memory): StepPlan {
  const { largest, whole } = shape.share ?? { largest: 1, whole: 1 }
  try {
    return planStep(backbone, { ...shape, ...WASM_ARENA, memory: (memory * largest) / whole })
  } catch (cause) {
    if (cause instanceof TooLittleMemory) throw outOfMemory(cause.least, cause)
    throw cause
  }
}

export interface FittingShares {
  readonly threads: number
  readonly most: number
  /** float32 values, of all threads together. */
  readonly memory?: number
}

/**
 * The largest batch that fits, also in shares: what kernels need beside its values is as much for a share as for all.
 * Throws `LearnerError` ('out-of-memory') when not even two images do.
 */
export function fittingShares(
  backbone: Backbone,
  { height, width }: ImageSize,
  { threads, most, memory = WASM_ARENA.memory }: FittingShares,
): number {
  let batch = fittingBatch(backbone, { height, width }, { ...WASM_ARENA, memory, most })
  if (threads === 1) return batch
  const fits = () => {
    const { largest } = shareOf(batch, { thread: 0, threads })
    return smallestArena(backbone, { ...WASM_ARENA, batch: largest, height, width }) <= (memory * largest) / batch
  }
  while (!fits()) if (--batch < 2) throw noMemoryFor(backbone, { height, width })
  return batch
}
