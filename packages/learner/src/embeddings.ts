import { flipSummed } from '@passerby/reid'
import type { LabelledPixels, Pixels } from './data/pixels.ts'
import type { Network } from './network/network.ts'
import type { tf } from './tf.ts'
import { nextTurn } from './turn.ts'

/** Images at once, and pixels: enough to keep a device busy, few enough for OSNet x1.0 in 128 MiB, which every WebGPU device has. */
const IMAGES_AT_ONCE = 32
const PIXELS_AT_ONCE = 2 ** 19

/**
 * Embeddings that are compared (f(image) + f(mirrored image), length 1), `n × embedding` row by row, in the set's
 * order. `backbone` is flat in the network's layout. Throws what `signal` says when aborted, and `LearnerError`
 * ('out-of-memory').
 */
export async function embedPixels(
  network: Network,
  set: LabelledPixels,
  { backbone, signal }: { readonly backbone: Float32Array; readonly signal?: AbortSignal },
): Promise<Float32Array> {
  const { embedding } = network.sizes
  const images = set.identities.length
  const atOnce = largestPart(set)
  const all = new Float32Array(images * embedding)
  const session = network.open({ parameters: backbone, pixels: set })
  try {
    for (let start = 0; start < images; start += atOnce) {
      signal?.throwIfAborted()
      const batch = Array.from({ length: Math.min(atOnce, images - start) }, (_, index) => start + index)
      const [straight, mirrored] = await Promise.all(
        [false, true].map((mirrored) =>
          readOnce(session.embed(batch.map((image) => ({ image, mirrored, down: 0, right: 0 })))),
        ),
      )
      await session.settled()
      all.set(flipSummed(straight, mirrored, embedding), start * embedding)
      await nextTurn()
    }
  } finally {
    session.dispose()
  }
  return all
}

/** Embeddings of some images as the network gives them, neither mirrored nor of length 1. Else as `embedPixels`. */
export async function embedPlainly(
  network: Network,
  set: Pixels,
  {
    images,
    backbone,
    signal,
  }: { readonly images: readonly number[]; readonly backbone: Float32Array; readonly signal?: AbortSignal },
): Promise<Float32Array> {
  const { embedding } = network.sizes
  const atOnce = largestPart(set)
  const all = new Float32Array(images.length * embedding)
  const session = network.open({ parameters: backbone, pixels: set })
  try {
    for (let start = 0; start < images.length; start += atOnce) {
      signal?.throwIfAborted()
      const part = images.slice(start, start + atOnce)
      const embedded = readOnce(session.embed(part.map((image) => ({ image, mirrored: false, down: 0, right: 0 }))))
      all.set(await embedded, start * embedding)
      await session.settled()
      await nextTurn()
    }
  } finally {
    session.dispose()
  }
  return all
}

const largestPart = ({ height, width }: Pixels) =>
  Math.max(1, Math.min(IMAGES_AT_ONCE, Math.floor(PIXELS_AT_ONCE / (height * width))))

async function readOnce(tensor: tf.Tensor): Promise<Float32Array> {
  try {
    return Float32Array.from(await tensor.data())
  } finally {
    tensor.dispose()
  }
}
