import { flipSummed } from '@passerby/reid'
import type { LabelledPixels } from './data/pixels.ts'
import type { Network } from './network/network.ts'
import type { tf } from './tf.ts'
import { nextTurn } from './turn.ts'

/** Images at once: enough to keep a device busy, few enough for a browser's memory at 256×128. */
const IMAGES_AT_ONCE = 32

/**
 * Embeddings that are compared (f(image) + f(mirrored image), length 1), `n × embedding` row by row, in the set's
 * order. `backbone` is flat in the network's layout. Throws what `signal` says when aborted.
 */
export async function embedPixels(
  network: Network,
  set: LabelledPixels,
  { backbone, signal }: { readonly backbone: Float32Array; readonly signal?: AbortSignal },
): Promise<Float32Array> {
  const { embedding } = network.sizes
  const images = set.identities.length
  const all = new Float32Array(images * embedding)
  const session = network.open({ parameters: backbone, pixels: set })
  try {
    for (let start = 0; start < images; start += IMAGES_AT_ONCE) {
      signal?.throwIfAborted()
      const batch = Array.from({ length: Math.min(IMAGES_AT_ONCE, images - start) }, (_, index) => start + index)
      const [straight, mirrored] = await Promise.all(
        [false, true].map((mirrored) =>
          readOnce(session.embed(batch.map((image) => ({ image, mirrored, down: 0, right: 0 })))),
        ),
      )
      all.set(flipSummed(straight, mirrored, embedding), start * embedding)
      await nextTurn()
    }
  } finally {
    session.dispose()
  }
  return all
}

async function readOnce(tensor: tf.Tensor): Promise<Float32Array> {
  try {
    return Float32Array.from(await tensor.data())
  } finally {
    tensor.dispose()
  }
}
