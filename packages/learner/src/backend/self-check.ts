/**
 * Does a backend compute what TensorFlow.js's `cpu` backend computes? One training step and one evaluation of two small
 * backbones on made-up images, compared with stored values. Drivers that return zeros or lose precision fail.
 */
import { embeddingSize, initialise, parameterSize, parametersOf, type Backbone } from '@passerby/backbones'
import { networkOf } from '../network/network-of.ts'
import { tf } from '../tf.ts'
import { crossEntropy, smoothedTargets } from '../training/loss.ts'
import { CHECKED, IMAGES } from './checked-networks.ts'
import { storedValues } from './self-check.values.ts'

export type CheckedValues = Readonly<Record<(typeof KINDS)[number], readonly number[]>>
export type CheckedNetwork = keyof typeof CHECKED

const KINDS = ['loss', 'head', 'gradient', 'parameters', 'embedding'] as const

/** Largest deviation that passes, relative to the largest stored value of its kind. float32 stays below 1e-4. */
export const GRADIENT_TOLERANCE = 1e-3

const CLASSES = 4
/** About so many values of each parameter are compared, and so many of the head and of the embeddings. */
const SAMPLES = 6
const SAMPLES_OF_ALL = 24

/** The values of each network on the current backend. */
export async function computeValues(): Promise<Readonly<Record<CheckedNetwork, CheckedValues>>> {
  return { tiny: await valuesOf(CHECKED.tiny), wide: await valuesOf(CHECKED.wide) }
}

async function valuesOf(backbone: Backbone): Promise<CheckedValues> {
  const { batch, height, width } = IMAGES
  const embedding = embeddingSize(backbone)
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
    const targets = tf.tensor2d(smoothedTargets([0, 1, 2, 3, 0, 1], CLASSES, 0.1), [batch, CLASSES])
    const head = tf.tensor2d(waves(embedding * CLASSES), [embedding, CLASSES])
    const { value, grads } = tf.valueAndGrads((embeddings: tf.Tensor, head: tf.Tensor) =>
      crossEntropy(tf.matMul(embeddings.as2D(batch, embedding), head.as2D(embedding, CLASSES)), targets),
    )([session.train(placements), head])
    const [dEmbeddings, dHead] = grads
    session.back(dEmbeddings as tf.Tensor2D)
    session.update(0.1)
    return { loss: value, head: dHead.flatten(), embedding: session.embed(placements) }
  })
  try {
    const [loss, head, embeddings, gradient, parameters] = await Promise.all([
      kept.loss.data(),
      kept.head.data(),
      kept.embedding.data(),
      session.gradient(),
      session.read(),
    ])
    return {
      loss: [...loss],
      head: sampled(head, SAMPLES_OF_ALL),
      gradient: sampledByParameter(backbone, gradient),
      parameters: sampledByParameter(backbone, parameters),
      embedding: sampled(embeddings, SAMPLES_OF_ALL),
    }
  } finally {
    tf.dispose(kept)
    session.dispose()
  }
}

/** Largest relative deviation of the current backend from the stored values of any network; `NaN` when it computed one. */
export async function gradientError(): Promise<number> {
  const { tiny, wide } = await computeValues()
  return Math.max(deviation(tiny, storedValues.tiny), deviation(wide, storedValues.wide))
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

/** Some values of each parameter; of weights alone where there are no statistics. */
function sampledByParameter(backbone: Backbone, flat: Float32Array): readonly number[] {
  let end = 0
  return parametersOf(backbone).flatMap((parameter) => {
    const start = end
    end += parameterSize(parameter)
    return sampled(flat.subarray(start, end), SAMPLES)
  })
}

/** About `count` values, an odd number apart, so that channels, which are often a power of two, have their turn. */
function sampled(values: Float32Array | Int32Array | Uint8Array, count: number): readonly number[] {
  const apart = Math.ceil(values.length / count) | 1
  return [...values].filter((_, index) => index % apart === 0)
}
