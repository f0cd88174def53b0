import {
  largestBatch,
  TooLittleMemory,
  type Backbone,
  type ImageSize,
  type LargestBatchOptions,
} from '@passerby/backbones'
import { LearnerError } from '../learner-error.ts'

/** The largest batch that fits an executor's memory. Throws `LearnerError` ('out-of-memory') when not even two images do. */
export function fittingBatch(
  backbone: Backbone,
  { height, width }: ImageSize,
  options: Omit<LargestBatchOptions, keyof ImageSize>,
): number {
  try {
    return largestBatch(backbone, { ...options, height, width })
  } catch (cause) {
    if (!(cause instanceof TooLittleMemory)) throw cause
    throw noMemoryFor(backbone, { height, width }, cause)
  }
}

/** The error where not even two images fit. */
export function noMemoryFor({ name }: Backbone, { height, width }: ImageSize, cause?: unknown): LearnerError {
  const message = `There is no memory to train ${name} on images of ${height}×${width}: choose a smaller size.`
  return new LearnerError('out-of-memory', message, { cause })
}
