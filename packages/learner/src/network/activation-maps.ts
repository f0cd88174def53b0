/** Where a backbone looks: how strongly its last map before pooling answers, place by place. */
import { type Backbone, IMAGES, inferShapes } from '@passerby/backbones'
import { type Pixels, placePixels } from '../data/pixels.ts'
import { tf } from '../tf.ts'
import { describeNetwork, refuseOtherParameters } from './network.ts'
import { plainPassesOf } from './plain.ts'

export interface ActivationMaps {
  readonly height: number
  readonly width: number
  /** `images × height × width`, each image's from 0 to 1. */
  readonly values: Float32Array
}

/**
 * Σ over channels of the absolute activation (Zagoruyko & Komodakis, ICLR 2017, eq. 1), stretched over 0 to 1 in each
 * image, by the plain network up to its last global pooling. torchreid's `visualize_actmap` sums squares instead.
 * `parameters` are flat, as a session takes them. Throws `RangeError` when there are not as many as the backbone has, or
 * when it pools nothing.
 */
export async function activationMaps(
  backbone: Backbone,
  pixels: Pixels,
  { parameters, images }: { readonly parameters: Float32Array; readonly images: readonly number[] },
): Promise<ActivationMaps> {
  const whole = describeNetwork(backbone)
  refuseOtherParameters(whole, parameters)
  const trunk = beforePooling(backbone)
  // Parameters lie in graph order: those of a network's beginning are the beginnings of both parts.
  const { sizes } = describeNetwork(trunk)
  const shape = inferShapes(trunk, pixels).get(trunk.nodes.at(-1)?.name ?? IMAGES)
  if (shape === undefined) throw new RangeError(`activationMaps: '${backbone.name}' pools its input`)
  const { height, width, channels } = shape
  const passes = plainPassesOf(trunk)
  const weights = tf.tensor1d(parameters.subarray(0, sizes.weights))
  const statistics = tf.tensor1d(parameters.subarray(whole.sizes.weights, whole.sizes.weights + sizes.statistics))
  const values = new Float32Array(images.length * height * width)
  try {
    for (const [at, image] of images.entries()) {
      const map = tf.tidy(() => {
        const batch = placePixels(pixels, [{ image, mirrored: false, down: 0, right: 0 }])
        const activations = passes.embed(tf.tensor4d(batch, [1, pixels.height, pixels.width, 3]), weights, statistics)
        return tf.sum(tf.abs(activations.reshape([height * width, channels])), 1)
      })
      values.set(stretched(await map.data<'float32'>()), at * height * width)
      map.dispose()
    }
  } finally {
    tf.dispose([weights, statistics])
  }
  return { height, width, values }
}

function beforePooling(backbone: Backbone): Backbone {
  const pool = backbone.nodes.findLast(({ op }) => op === 'globalAveragePool' || op === 'generalisedMeanPool')
  if (pool === undefined || !('input' in pool))
    throw new RangeError(`activationMaps: '${backbone.name}' has no global pooling`)
  const last = backbone.nodes.findIndex(({ name }) => name === pool.input)
  return { ...backbone, nodes: backbone.nodes.slice(0, last + 1) }
}

function stretched(map: Float32Array): Float32Array {
  const least = map.reduce((least, value) => Math.min(least, value), Infinity)
  const most = map.reduce((most, value) => Math.max(most, value), -Infinity)
  return map.map((value) => (most > least ? (value - least) / (most - least) : 0))
}
