import type { SettingsOf } from '@passerby/federation'
import type { LocalStrategy } from './strategy.ts'

/**
 * FedPav's client half (Zhuang et al., MM 2020, algorithm 1): identity cross-entropy through a head that never leaves, with
 * whatever other losses the settings add to it, and an update that weighs as much as the client has images.
 */
export const fedpav: LocalStrategy<SettingsOf<'fedpav'>> = {
  objective: ({ supervised }) => supervised(),
  conclude: async ({ images }) => ({ weight: images, extras: new Float32Array() }),
}
