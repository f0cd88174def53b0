import { accept } from '@passerby/protocol'
import type { Learners } from '../src/learner/learners.ts'
import type { BlobStore } from '../src/store/blobs.ts'

/** A public set of two images of two pixels, and no learner: for runs that do not teach their model. */
export function publicSetOnly(blobs: BlobStore): Learners {
  return {
    async publicSet() {
      const { sha256 } = await blobs.put(new Uint8Array(12))
      return accept({ sha256, images: 2, height: 1, width: 2 })
    },
    open() {
      throw new Error('no learner was needed')
    },
  }
}
