/**
 * Does a backend compute what TensorFlow.js's `cpu` backend computes? One training step and one evaluation of the
 * `tiny` backbone on made-up images, compared with stored values. Drivers that return zeros or lose precision fail.
 */
import { backboneByName, initialise } from '@passerby/backbones'
import { networkOf } from '../network/network-of.ts'
import { tf } from '../tf.ts'
import { crossEntropy, smoothedTargets } from '../training/loss.ts'
import { storedValues } from './self-check.values.ts'

export type CheckedValues = Readonly<Record<(typeof KINDS)[number], readonly number[]>>

const KINDS = ['loss', 'head', 'gradient', 'parameters', 'embedding'] as const

/** Largest deviation that passes, relative to the largest stored value of its kind. float32 stays below 1e-4. */
export const GRADIENT_TOLERANCE = 1e-3

const EMBEDDING = 16
const IMAGES = { batch: 6, height: 32, width: 16 }
/** Every so-many-th value is compared: a prime, so that all parameters and channels have their turn. */
const STRIDE = 13

/** The values on the current backend. */
export async function computeValues(): Promise<CheckedValues> {
  const backbone = backboneByName('tiny', EMBEDDING)
  const { batch, height, width } = IMAGES
  const pixels = { height, width, pixels: Uint8Array.from(waves(batch * height * width * 3), (x) => 128 + 127 * x) }
  const optimiser = { kind: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 5e-4 } as const
  const session = networkOf(backbone).open({ parameters: initialise(backbone, 1), pixels, optimiser })
  // Mirrored and shifted, so that this is checked too; the first as it is.
  const placements = Array.from({ length: batch }, (_, image) => ({
    image,
    mirrored: image % 2 === 1,
    down: image % 3,
    right: -(image % 2),
  }))
  const kept = tf.tidy(() => {
    const targets = tf.tensor2d(smoothedTargets([0, 1, 2, 3, 0, 1], 4, 0.1), [batch, 4])
    const head = tf.tensor2d(waves(EMBEDDING * 4), [EMBEDDING, 4])
    const { value, grads } = tf.valueAndGrads((embeddings: tf.Tensor, head: tf.Tensor) =>
      crossEntropy(tf.matMul(embeddings.as2D(batch, EMBEDDING), head.as2D(EMBEDDING, 4)), targets),
    )([session.train(placements), head])
    const [dEmbeddings, dHead] = grads
    session.back(dEmbeddings as tf.Tensor2D)
    session.update(0.1)
    return { loss: value, head: dHead.flatten(), embedding: session.embed(placements) }
  })
  try {
    const [loss, head, embedding, gradient, parameters] = await Promise.all([
      kept.loss.data(),
      kept.head.data(),
      kept.embedding.data(),
      session.gradient(),
      session.read(),
    ])
    return {
      loss: [...loss],
      head: thinned(head),
      gradient: thinned(gradient),
      parameters: thinned(parameters),
      embedding: thinned(embedding),
    }
  } finally {
    tf.dispose(kept)
    session.dispose()
  }
}

/** Largest relative deviation of the current backend from the stored values; `NaN` when it computed one. */
export async function gradientError(): Promise<number> {
  return deviation(await computeValues(), storedValues)
}

/** Largest deviation of any kind of value, relative to the largest value of that kind in `expected`. */
export function deviation(actual: CheckedValues, expected: CheckedValues): number {
  return Math.max(
    ...KINDS.map((kind) => {
      const scale = Math.max(...expected[kind].map(Math.abs))
      return Math.max(...expected[kind].map((value, index) => Math.abs(value - actual[kind][index]))) / scale
    }),
  )
}

/** Smooth numbers in ±1 without a generator. */
function waves(count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, index) => Math.sin(index * 0.7) * Math.cos(index * index * 0.013))
}

function thinned(values: Float32Array | Int32Array | Uint8Array): readonly number[] {
  return [...values].filter((_, index) => index % STRIDE === 0)
}
