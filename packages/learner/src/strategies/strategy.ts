import type { tf } from '../tf.ts'

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

export interface ObjectiveInputs {
  /** `[batch, embedding]`. */
  readonly embeddings: tf.Tensor2D
  /** The identity head's answer, `[batch, classes]`. */
  readonly logits: tf.Tensor2D
  /** Smoothed labels, `[batch, classes]`, each row a distribution. */
  readonly targets: tf.Tensor2D
}
