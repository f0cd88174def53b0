import type { LocalTask } from '../interface.ts'
import type { tf } from '../tf.ts'
import type { SupervisedBatch } from '../training/supervision.ts'

/**
 * The client half of a federated algorithm: what a batch is trained towards, what an update counts, and what goes with it.
 * The server half has the same name in federation; `index.ts` does not compile while one of the two is missing.
 */
export interface LocalStrategy<Config> {
  readonly objective: Objective
  /** μ of FedProx's term, which pulls the backbone to where the round started it; none where absent. */
  readonly proximal?: (config: Config) => number
  /** Once the round is trained. */
  readonly conclude: (trained: TrainedLocally, config: Config) => Promise<Conclusion>
}

export interface Conclusion {
  /** The averaging weight of the update, finite and positive. */
  readonly weight: number
  /** Flat, in the order of the server half's `extras`. */
  readonly extras: Float32Array
}

/** The loss of one batch, a scalar on the tape. */
export type Objective = (batch: ObjectiveInputs) => tf.Scalar

export interface ObjectiveInputs extends SupervisedBatch {
  /** The losses that the settings ask for (`training/supervision.ts`), weighed and added. Once for each batch. */
  readonly supervised: () => tf.Scalar
}

/** A client's round as it ended. */
export interface TrainedLocally {
  readonly task: LocalTask
  /** Training images, and optimiser steps on them. */
  readonly images: number
  readonly steps: number
  /** Where those images are in the client's own set. */
  readonly positions: readonly number[]
  /** The images of the round's first batch. */
  readonly firstBatch: readonly number[]
  readonly before: LocalModel
  readonly after: LocalModel
  /** Values in an embedding. */
  readonly embedding: number
  /** Images of the public set; 0 where the round has none. */
  readonly publicImages: number
  /**
   * Plain embeddings of some or all images of the client's own set or the public one, neither mirrored nor of length 1, row by
   * row. In evaluation mode: nothing is dropped out or augmented, and statistics are the running ones.
   */
  readonly embed: (of: 'own' | 'public', images: readonly number[] | 'all', model: LocalModel) => Promise<Float32Array>
}

/** Both flat; the head as in `training/head.ts`. */
export interface LocalModel {
  readonly backbone: Float32Array
  readonly head: Float32Array
}
