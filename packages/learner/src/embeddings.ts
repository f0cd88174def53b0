import { flipSummed } from '@passerby/reid'
import { imagesOf, type Pixels } from './data/pixels.ts'
import type { Network } from './network/network.ts'
import type { tf } from './tf.ts'
import { nextTurn } from './turn.ts'

/** Images at once, and pixels: enough to keep a device busy, few enough for OSNet x1.0 in 128 MiB, which every WebGPU device has. */
const IMAGES_AT_ONCE = 32
const PIXELS_AT_ONCE = 2 ** 19

export interface EmbeddingTask {
  /** Flat in the network's layout. */
  readonly backbone: Float32Array
  readonly signal?: AbortSignal
  /** Called with the images that are embedded so far. */
  readonly onSeen?: (images: number) => void
}

/**
 * Embeddings that are compared (f(image) + f(mirrored image), length 1), `n × embedding` row by row, in the set's
 * order. Throws what `signal` says when aborted, and `LearnerError` ('out-of-memory').
 */
export function embedPixels(network: Network, set: Pixels, task: EmbeddingTask): Promise<Float32Array> {
  return embedInParts(network, set, {
    ...task,
    async rowsOf(embedded) {
      const [straight, mirrored] = await Promise.all([embedded(false), embedded(true)])
      return flipSummed(straight, mirrored, network.sizes.embedding)
    },
  })
}

/** Embeddings as the network gives them in evaluation mode, neither mirrored nor of length 1. Else as `embedPixels`. */
export function embedPlainly(network: Network, set: Pixels, task: EmbeddingTask): Promise<Float32Array> {
  return embedInParts(network, set, { ...task, rowsOf: (embedded) => embedded(false) })
}

interface PartwiseTask extends EmbeddingTask {
  /** What is kept of a part, given its plain embeddings, mirrored or not. */
  readonly rowsOf: (embedded: (mirrored: boolean) => Promise<Float32Array>) => Promise<Float32Array>
}

async function embedInParts(
  network: Network,
  set: Pixels,
  { backbone, signal, onSeen, rowsOf }: PartwiseTask,
): Promise<Float32Array> {
  const { embedding } = network.sizes
  const images = imagesOf(set)
  const atOnce = largestPart(set)
  const all = new Float32Array(images * embedding)
  const session = network.open({ parameters: backbone, pixels: set })
  try {
    for (let start = 0; start < images; start += atOnce) {
      signal?.throwIfAborted()
      const part = Array.from({ length: Math.min(atOnce, images - start) }, (_, index) => start + index)
      const rows = await rowsOf((mirrored) =>
        readOnce(session.embed(part.map((image) => ({ image, mirrored, down: 0, right: 0 })))),
      )
      await session.settled()
      all.set(rows, start * embedding)
      onSeen?.(start + part.length)
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
