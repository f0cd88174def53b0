import { backboneByName, planBytes, planStep, smallestArena } from '@passerby/backbones'
import { WASM_ARENA } from '../executors/wasm/workspace.ts'
import { WEBGPU_ARENA } from '../executors/webgpu/plans.ts'
import type { ExerciseOptions } from './exercise.ts'

/** What a step of planned training with momentum needs, in bytes. */
export interface PlannedMemory {
  readonly wasm: PlannedBytes
  readonly webgpu: PlannedBytes
}

export interface PlannedBytes {
  readonly bytes: number
  /** Where as much as possible of the forward pass is computed again in the backward pass. */
  readonly leastBytes: number
  /** Kernel calls that this adds, as a share of those without. */
  readonly added: number
}

/** Throws `RangeError` for an unknown backbone, or images too small for it. */
export function plannedMemory(options: Omit<ExerciseOptions, 'rates'>): PlannedMemory {
  const { embedding, batchSize, height, width } = options
  const backbone = backboneByName(options.backbone, embedding)
  const planned = ({ workspace, alignment }: typeof WASM_ARENA | typeof WEBGPU_ARENA): PlannedBytes => {
    const shape = { batch: batchSize, height, width, training: true, workspace, alignment }
    const plan = planStep(backbone, shape)
    const least = planStep(backbone, { ...shape, memory: smallestArena(backbone, shape) })
    return {
      bytes: planBytes(plan, 1),
      leastBytes: planBytes(least, 1),
      added: least.recomputed / (plan.forward.length + plan.backward.length),
    }
  }
  return { wasm: planned(WASM_ARENA), webgpu: planned(WEBGPU_ARENA) }
}
