import { imagesOf, pickPixels, type Pixels } from '../data/pixels.ts'
import { embedPlainly } from '../embeddings.ts'
import type { LearnerWatch } from '../interface.ts'
import type { Network } from '../network/network.ts'
import type { TrainedLocally } from './strategy.ts'

/**
 * What a strategy is given to look at images with, told of as it looks. Throws `RangeError` where it asks for a public set that
 * there is not.
 */
export function plainEmbeddings(
  network: Network,
  sets: { readonly own: Pixels; readonly public: Pixels | undefined },
  { signal, onLooking }: LearnerWatch,
): TrainedLocally['embed'] {
  return async (of, images, { backbone }) => {
    const set = sets[of]
    if (!set) throw new RangeError('plainEmbeddings: the strategy needs a public set, which the round does not give')
    // A device that keeps pixels is given no more than what is looked at.
    const looked = images === 'all' ? set : pickPixels(set, images)
    const total = imagesOf(looked)
    const onSeen = (seen: number) => onLooking?.({ at: of, seen, images: total })
    onSeen(0)
    return await embedPlainly(network, looked, { backbone, signal, onSeen })
  }
}
