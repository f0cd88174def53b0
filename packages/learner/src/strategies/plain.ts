import type { LocalStrategy } from './strategy.ts'

/**
 * What a client does where a strategy asks for nothing else: it trains towards the losses of the settings, through a head that
 * never leaves, and its update weighs as much as it has images, with nothing beside the model.
 */
export const plain: LocalStrategy<unknown> = {
  objective: ({ supervised }) => supervised(),
  conclude: async ({ images }) => ({ weight: images, extras: new Float32Array() }),
}
