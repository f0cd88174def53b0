/**
 * Embeddings by the batch's own statistics, and the length of a gradient, as PyTorch 1.13 computed them in double precision from the same
 * first values: strides, paddings, shortcuts, pooling and names agree. Its networks were written for this from the papers, under
 * torchvision's names.
 */
import { backboneByName, countParameters, embeddingSize, initialise } from '@passerby/backbones'
import { expect, it } from 'vitest'
import { useBackend } from '../backend/use-backend.ts'
import { tf } from '../tf.ts'
import { plainPassesOf } from './plain.ts'

const SHAPE: [number, number, number, number] = [4, 64, 32, 3]

/** The first image's first eight values, and ‖d Σ embedding[i]·cos(0.7·i) / d weights‖. */
const computed = [
  ['resnet50+gem', [-1.4025, 0.7424, 1.269, 1.6561, 0.5628, 0.2687, -1.5121, -0.3647], 221_571.6],
  ['resnet18+stride1+bnneck', [0.0127, 0.6697, -1.1354, 0.2996, -1.4282, 1.5023, -1.0732, -0.7054], 6563.758],
  ['mobilenet_v1+stride1', [1.4698, 1.1334, -1.3948, -0.3476, 0.2115, -1.5854, -1.5445, -0.8641], 23_205.79],
  ['mobilenet_v2', [1.6934, -0.1067, 0.3252, -1.4634, 0.2821, -0.4075, 1.2836, -0.9954], 40_662.52],
] as const

/** Noise in ±2 that every language makes alike. */
function noise(index: number): number {
  const wave = Math.sin(index * 12.9898) * 43_758.5453
  return 4 * (wave - Math.floor(wave)) - 2
}

it.each(computed)(
  "%s gives PyTorch's embeddings and gradient",
  async (name, first, length) => {
    await useBackend('wasm')
    const backbone = backboneByName(name, 16)
    const size = embeddingSize(backbone)
    const weights = initialise(backbone, 1).subarray(0, countParameters(backbone).weight)
    const passes = plainPassesOf(backbone)
    let values: readonly number[] = []
    const squares = tf.tidy(() => {
      const pixels = Float32Array.from({ length: SHAPE.reduce((a, b) => a * b) }, (_, index) => noise(index))
      const images = tf.tensor4d(pixels, SHAPE)
      const direction = tf.tensor2d(
        Float32Array.from({ length: 4 * size }, (_, index) => Math.cos(0.7 * index)),
        [4, size],
      )
      const gradient = tf.grad((flat: tf.Tensor) => {
        const { embeddings, batchStatistics } = passes.train(images, flat as tf.Tensor1D)
        batchStatistics.dispose()
        values = [...embeddings.dataSync().subarray(0, first.length)]
        return tf.sum(tf.mul(embeddings, direction))
      })(tf.tensor1d(weights))
      return gradient.dataSync<'float32'>().reduce((sum, value) => sum + value * value, 0)
    })
    expect(values).toEqual(first.map((value) => expect.closeTo(value, 2)))
    // Single precision: some activations are on the other side of a kink.
    expect(Math.sqrt(squares) / length).toBeCloseTo(1, 1.5)
  },
  120_000,
)
