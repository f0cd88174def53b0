/**
 * Statistics for batch norms that have none of their own. Where a batch norm was folded into its convolution, what is left
 * of it only adds: the network computes the same, but a training step, which normalises by its batch, would undo the
 * scales that were folded in. Measured on images, it is a batch norm again.
 */
import { type Backbone, BATCH_NORM_EPSILON, type BatchNorm } from '@passerby/backbones'
import { type Pixels, placePixels } from '../data/pixels.ts'
import { tf } from '../tf.ts'
import { runGraph } from './graph.ts'
import { describeNetwork, refuseOtherParameters } from './network.ts'

const IMAGES_AT_ONCE = 32

/** Of one batch norm's input over one batch, by channel. */
interface Moments {
  readonly mean: Float32Array
  readonly variance: Float32Array
}

/**
 * The same model with every batch norm's mean and variance measured on `images` (positions in `pixels`, in evaluation),
 * and its weight and bias changed so that each still computes γ·(x − μ)/√(σ² + ε) + β. `parameters` are flat, as a
 * session takes them. Images beyond the last whole batch of 32 are left out. Throws `RangeError` for other parameters
 * and without an image.
 */
export async function measureBatchNorms(
  backbone: Backbone,
  pixels: Pixels,
  { parameters, images }: { readonly parameters: Float32Array; readonly images: readonly number[] },
): Promise<Float32Array> {
  const network = describeNetwork(backbone)
  refuseOtherParameters(network, parameters)
  if (images.length === 0) throw new RangeError('measureBatchNorms: there is no image to measure on')
  const measured = parameters.slice()
  const parts = new Map<string, Float32Array>()
  let offset = 0
  for (const { name, shape } of network.parameters) {
    const end = offset + shape.reduce((size, side) => size * side, 1)
    parts.set(name, measured.subarray(offset, end))
    offset = end
  }
  const part = (name: string) => {
    const values = parts.get(name)
    if (!values) throw new RangeError(`measureBatchNorms: no parameter '${name}'`)
    return values
  }
  const moments = await momentsOf(backbone, pixels, { part, names: [...parts.keys()], images })
  for (const [name, batches] of moments) {
    const [gamma, beta] = [part(`${name}.weight`), part(`${name}.bias`)]
    const [mean, variance] = [part(`${name}.running_mean`), part(`${name}.running_var`)]
    for (let channel = 0; channel < gamma.length; channel++) {
      const scale = gamma[channel] / Math.sqrt(variance[channel] + BATCH_NORM_EPSILON)
      const m = average(batches, (batch) => batch.mean[channel])
      const v = average(batches, (batch) => batch.variance[channel] + (batch.mean[channel] - m) ** 2)
      beta[channel] += scale * (m - mean[channel])
      gamma[channel] = scale * Math.sqrt(v + BATCH_NORM_EPSILON)
      mean[channel] = m
      variance[channel] = v
    }
  }
  return measured
}

interface Reading {
  readonly part: (name: string) => Float32Array
  readonly names: readonly string[]
  readonly images: readonly number[]
}

/** By the batch norm's parameters: one pair per batch, batches of one size. */
async function momentsOf(
  backbone: Backbone,
  pixels: Pixels,
  { part, names, images }: Reading,
): Promise<ReadonlyMap<string, readonly Moments[]>> {
  const moments = new Map<string, Moments[]>()
  const atOnce = Math.min(IMAGES_AT_ONCE, images.length)
  const values = new Map(names.map((name) => [name, tf.tensor1d(part(name))]))
  const value = (name: string) => values.get(name) ?? tf.tensor1d(part(name))
  try {
    for (let start = 0; start + atOnce <= images.length; start += atOnce) {
      const seen: { readonly name: string; readonly mean: tf.Tensor; readonly variance: tf.Tensor }[] = []
      const normalise = <T extends tf.Tensor>({ parameters: name }: BatchNorm, x: T): T => {
        const gamma = value(`${name}.weight`)
        const rows = x.reshape([x.size / gamma.size, gamma.size])
        const mean = tf.mean(rows, 0)
        seen.push({ name, mean: tf.keep(mean), variance: tf.keep(tf.mean(tf.square(tf.sub(rows, mean)), 0)) })
        const scale = tf.mul(gamma, tf.rsqrt(tf.add(value(`${name}.running_var`), BATCH_NORM_EPSILON)))
        const shift = tf.sub(value(`${name}.bias`), tf.mul(value(`${name}.running_mean`), scale))
        return tf.add(tf.mul(x, scale), shift)
      }
      tf.tidy(() => {
        const batch = images
          .slice(start, start + atOnce)
          .map((image) => ({ image, mirrored: false, down: 0, right: 0 }))
        const placed = tf.tensor4d(placePixels(pixels, batch), [atOnce, pixels.height, pixels.width, 3])
        runGraph(backbone, { images: placed, values, normalise })
      })
      for (const { name, mean, variance } of seen) {
        const [m, v] = await Promise.all([mean.data<'float32'>(), variance.data<'float32'>()])
        moments.set(name, [
          ...(moments.get(name) ?? []),
          { mean: Float32Array.from(m), variance: Float32Array.from(v) },
        ])
        tf.dispose([mean, variance])
      }
    }
  } finally {
    tf.dispose([...values.values()])
  }
  return moments
}

function average(batches: readonly Moments[], of: (batch: Moments) => number): number {
  return batches.reduce((sum, batch) => sum + of(batch), 0) / batches.length
}
