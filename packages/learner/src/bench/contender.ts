import type { tf } from '../tf.ts'

export type ContenderName = 'stock' | 'ours'

export type Phase = 'forward' | 'backward' | 'update'

export interface OperationTime {
  readonly phase: Phase
  /** A kernel's name. */
  readonly operation: string
  /** Per training step. */
  readonly calls: number
  readonly milliseconds: number
}

/** A training that is under way on the current backend, its batches in turn. */
export interface Contender {
  /** One training step; the loss before it, which the caller disposes. Reads nothing back. */
  step(): tf.Scalar
  /** Kernels in a step that TensorFlow.js does not know of. */
  plannedKernels(): number
  /** Where the time of a step goes, when it is warm; the largest part first. */
  operations(): Promise<readonly OperationTime[]>
  /** The backbone as it is now, flat. */
  read(): Promise<Float32Array>
  dispose(): void
}
