/** A backbone at work on a device: what every executor gives, and the only thing that training and embedding use. */
import type { Pixels, Placement } from '../data/pixels.ts'
import type { tf } from '../tf.ts'
import type { Optimiser } from '../training/optimiser.ts'

export interface SessionOptions {
  /** Flat, weights then statistics; copied. */
  readonly parameters: Float32Array
  /** The crops that batches are placements of; they may stay on the device as long as the session. */
  readonly pixels: Pixels
  /** Its state starts at zero and ends with the session. Absent where nothing is trained: `update` throws then. */
  readonly optimiser?: Optimiser
}

/**
 * Parameters and crops on a device. Heavy work happens here and not on TensorFlow.js's tape: the tape sees embeddings
 * go in and their gradient come out, so that heads, losses and strategies are ordinary TensorFlow.js on small tensors.
 *
 * Nothing reads back but `read` and `gradient`. Throws `RangeError` for an empty batch, a training batch of one image,
 * or a placement of an image that there is not.
 */
export interface Session {
  /** Embeddings `[batch, embedding]` by the batch's own statistics. The tensor is the caller's. */
  train(batch: readonly Placement[]): tf.Tensor2D
  /**
   * The gradient of the weights from that of the embeddings of the last `train`, which ends with it: a second call
   * throws `RangeError`, as does one after another `embed`.
   */
  back(dEmbeddings: tf.Tensor2D): void
  /**
   * One step of the optimiser by the last gradient, and running statistics moved by the `train` that the last `back` went
   * back from. Throws `RangeError` when there was another `train` since, which left statistics of its own.
   */
  update(rate: number): void
  /** Embeddings `[batch, embedding]` by running statistics. The tensor is the caller's. */
  embed(batch: readonly Placement[]): tf.Tensor2D
  /** The gradient that the last `back` found, flat as the weights are. */
  gradient(): Promise<Float32Array>
  /** Flat, weights then statistics. */
  read(): Promise<Float32Array>
  /**
   * Resolves when the device had room for all that was asked of it so far; what was read before that may be nothing.
   * Throws `LearnerError` ('out-of-memory') when it had none. `read` and `gradient` wait for the same.
   */
  settled(): Promise<void>
  dispose(): void
}
