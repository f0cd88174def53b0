import { rng } from '@passerby/reid'
import { headLogits } from '../training/head.ts'
import { cosineDistance } from './cosine-distance.ts'
import type { LocalModel, TrainedLocally } from './strategy.ts'

/** So little that an image counts only where no client's features moved: weights are then what FedPav's are. */
const WEIGHT_OF_AN_IMAGE = 1e-12

/**
 * Cosine distance weight (FedReID, TOMM 2023, section 5.3; ALGORITHMS 2.5): how far the round moved what the client's model
 * makes of a batch of its own images. `features`: embeddings of a batch drawn at random, as the text has it. `logits`: logits of the
 * batch that training began with, old head with old backbone and new with new, as the code has it but for the batch: it takes the first
 * of another shuffle, made after training. Both models look in evaluation mode; in the code the new one trains, so that its
 * distances hold dropout's noise (ALGORITHMS 2.11).
 */
export async function cosineWeight(trained: TrainedLocally, of: 'features' | 'logits'): Promise<number> {
  const { images, before, after, embedding, embed } = trained
  const batch = of === 'features' ? randomBatch(trained) : trained.firstBatch
  const seen = async (model: LocalModel) => {
    const embeddings = await embed('own', batch, model)
    return of === 'features' ? embeddings : headLogits(embeddings, model.head, embedding)
  }
  const old = await seen(before)
  return cosineDistance(old, await seen(after), old.length / batch.length) + WEIGHT_OF_AN_IMAGE * images
}

function randomBatch({ task: { seed, round, settings }, positions }: TrainedLocally): readonly number[] {
  return rng(seed, 'cosine distance', round).shuffle(positions).slice(0, settings.batchSize)
}
