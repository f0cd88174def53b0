import type { tf } from '../tf.ts'
import type { SupervisedBatch } from '../training/supervision.ts'

/**
 * The client half of a federated algorithm: what a batch is trained towards, and what an update counts. The server
 * half has the same name in federation; `index.ts` does not compile while one of the two is missing.
 */
export interface LocalStrategy {
  readonly objective: Objective
  /** The averaging weight of the update that leaves, finite and positive. */
  weight(local: { readonly images: number }): number
}

/** The loss of one batch, a scalar on the tape. */
export type Objective = (batch: ObjectiveInputs) => tf.Scalar

export interface ObjectiveInputs extends SupervisedBatch {
  /** The losses that the settings ask for (`training/supervision.ts`), weighed and added. Once for each batch. */
  readonly supervised: () => tf.Scalar
}
