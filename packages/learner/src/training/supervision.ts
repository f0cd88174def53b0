import type { LossSettings } from '../settings.ts'
import { tf } from '../tf.ts'
import { openCentres } from './centres.ts'
import { crossEntropy } from './loss.ts'
import { batchHardTriplet } from './triplet.ts'

/** What the settings have embeddings of known identities trained towards, with whatever that keeps from batch to batch. */
export interface Supervision {
  /** The weighted sum of the losses, a scalar on the tape. */
  loss(batch: SupervisedBatch): tf.Scalar
  dispose(): void
}

export interface SupervisedBatch {
  /** `[batch, embedding]`, on which triplets and centres are measured as they are: neither normalised nor dropped out. */
  readonly embeddings: tf.Tensor2D
  /** The identity head's answer, `[batch, classes]`. */
  readonly logits: tf.Tensor2D
  /** Smoothed labels, `[batch, classes]`, each row a distribution. */
  readonly targets: tf.Tensor2D
  /** The class of each image; may be empty where there is cross-entropy alone. */
  readonly labels: readonly number[]
}

/** Cross-entropy alone: an identity head's own loss. */
export const identityAlone: Supervision = {
  loss: ({ logits, targets }) => crossEntropy(logits, targets),
  dispose() {},
}

/** Throws `RangeError` when every loss has a weight of 0. */
export function openSupervision(settings: LossSettings, classes: number): Supervision {
  const { identity, triplet, centre } = settings
  if (identity + triplet + centre === 0) throw new RangeError('openSupervision: no loss has a weight')
  if (identity === 1 && triplet + centre === 0) return identityAlone
  const centres = centre > 0 ? openCentres({ classes, rate: settings.centreRate }) : undefined
  return {
    loss(batch) {
      const { embeddings, labels } = batch
      if ((triplet > 0 || centres) && labels.length !== embeddings.shape[0])
        throw new RangeError(`supervision: ${labels.length} labels for ${embeddings.shape[0]} embeddings`)
      const losses: tf.Scalar[] = []
      if (identity > 0) losses.push(tf.mul(identity, identityAlone.loss(batch)))
      if (triplet > 0) losses.push(tf.mul(triplet, batchHardTriplet(embeddings, labels, settings)))
      if (centres) losses.push(tf.mul(centre, centres.loss(embeddings, labels)))
      return losses.reduce((sum, loss) => tf.add(sum, loss))
    },
    dispose: () => centres?.dispose(),
  }
}
