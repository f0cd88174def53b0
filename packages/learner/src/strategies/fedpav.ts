import { crossEntropy } from '../training/loss.ts'
import type { LocalStrategy } from './strategy.ts'

/**
 * FedPav's client half (Zhuang et al., MM 2020, algorithm 1): identity cross-entropy through a head that never leaves,
 * and an update that weighs as much as the client has images.
 */
export const fedpav: LocalStrategy = {
  objective: ({ logits, targets }) => crossEntropy(logits, targets),
  weight: ({ images }) => images,
}
