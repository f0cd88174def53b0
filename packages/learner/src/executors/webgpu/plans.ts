/** What a backbone's plans on a device come to. They are pure, so that all sessions of a network share them. */
import { planStep, TooLittleMemory } from '@passerby/backbones'
import type { Backbone, ImageSize, PassShape, StepPlan } from '@passerby/backbones'
import { fittingBatch } from '../fitting-batch.ts'
import { remembering } from '../remembering.ts'
import { outOfMemory } from './memory.ts'
import type { Pipelines } from './pipelines.ts'

export interface DevicePlans {
  readonly backbone: Backbone
  readonly pipelines: Pipelines
  /** Throws `LearnerError` ('out-of-memory') when none fits, `RangeError` for a shape that has none anyway. */
  of(shape: PassShape): StepPlan
  /** The largest batch up to `most` that can be trained. Throws `LearnerError` ('out-of-memory') when not even two images. */
  largestBatch(images: ImageSize, most: number): number
}

/** Bytes of a number in the arena. */
export const BYTES = { f32: 4, f16: 2 } as const

/** What any plan is made with: kernels of ours keep what they need meanwhile in a buffer of its own. */
export const WEBGPU_ARENA = { workspace: {}, alignment: 4 } as const

/** More than a round has shapes of batches, also counting the last one of every gallery and query. */
const REMEMBERED = 16

export function devicePlansOf(backbone: Backbone, pipelines: Pipelines): DevicePlans {
  const needs = { ...WEBGPU_ARENA, memory: mostNumbers(pipelines) }
  const plan = (shape: PassShape): StepPlan => {
    try {
      return planStep(backbone, { ...shape, ...needs })
    } catch (cause) {
      if (!(cause instanceof TooLittleMemory)) throw cause
      const why = 'No part of it can be computed again instead.'
      throw outOfMemory(cause.least * BYTES[pipelines.storage], why)
    }
  }
  const planned = remembering<StepPlan>(REMEMBERED)
  const fitting = remembering<number>(REMEMBERED)
  return {
    backbone,
    pipelines,
    of(shape) {
      const { batch, height, width, training } = shape
      return planned.of([batch, height, width, training].join(), () => plan({ batch, height, width, training }))
    },
    largestBatch({ height, width }, most) {
      const images = { height, width }
      return fitting.of([height, width, most].join(), () => fittingBatch(backbone, images, { ...needs, most }))
    },
  }
}

/** The most numbers that an arena may have. */
function mostNumbers({ device, storage }: Pick<Pipelines, 'device' | 'storage'>): number {
  const { maxStorageBufferBindingSize, maxBufferSize } = device.limits
  return Math.floor(Math.min(maxStorageBufferBindingSize, maxBufferSize) / BYTES[storage])
}
