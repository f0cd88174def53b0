import {
  backboneByName,
  countParameters,
  drawBackbone,
  embeddingSize,
  IMAGES,
  initialise,
  parametersOf,
  parameterSize,
  type Backbone,
} from '@passerby/backbones'
import { rng } from '@passerby/reid'
import { beforeEach, describe, expect, it } from 'vitest'
import { useBackend } from '../backend/use-backend.ts'
import { tf } from '../tf.ts'
import { batchNormOfBatch } from './batch-norm.ts'
import { runGraph } from './graph.ts'
import { plainPassesOf } from './plain.ts'
import { gated, generalisedMeans, spatialMeans } from './spatial.ts'

const normal = (count: number, ...name: string[]) => {
  const random = rng(3, ...name)
  return Float32Array.from({ length: count }, () => random.normal())
}

/** d Σ embeddings·direction / d weights. */
function gradientOf(backbone: Backbone, { batch, height, width }: { batch: number; height: number; width: number }) {
  return tf.tidy(() => {
    const embedding = embeddingSize(backbone)
    const images = tf.tensor4d(normal(batch * height * width * 3, 'images'), [batch, height, width, 3])
    const weights = tf.tensor1d(initialise(backbone, 5).subarray(0, countParameters(backbone).weight))
    const direction = tf.tensor2d(normal(batch * embedding, 'direction'), [batch, embedding])
    const gradient = tf.grad((weights: tf.Tensor) => {
      const { embeddings, batchStatistics } = plainPassesOf(backbone).train(images, weights as tf.Tensor1D)
      batchStatistics.dispose()
      return tf.sum(tf.mul(embeddings, direction))
    })(weights)
    return gradient.dataSync<'float32'>()
  })
}

describe('wasm computes what cpu computes', () => {
  it.each([
    ['tiny', { batch: 4, height: 32, width: 16 }],
    ['tiny', { batch: 3, height: 48, width: 32 }],
    ['osnet_x0_25', { batch: 4, height: 32, width: 16 }],
  ] as const)(
    'for the gradient of every parameter of %s at %o',
    async (name, images) => {
      const backbone = backboneByName(name, 16)
      await tf.setBackend('cpu')
      const expected = gradientOf(backbone, images)
      await useBackend('wasm')
      const actual = gradientOf(backbone, images)
      const squares = (values: Float32Array) => values.reduce((sum, value) => sum + value * value, 0)
      expect(Math.sqrt(squares(expected.map((value, i) => value - actual[i])) / squares(expected))).toBeLessThan(1e-3)
      let offset = 0
      const wrong: string[] = []
      for (const parameter of parametersOf(backbone).filter((one) => one.role === 'weight')) {
        const part = expected.subarray(offset, offset + parameterSize(parameter))
        const largest = part.reduce((max, value) => Math.max(max, Math.abs(value)), 0)
        const error = part.reduce((max, value, i) => Math.max(max, Math.abs(value - actual[offset + i])), 0)
        if (!(error <= 1e-2 * largest + 1e-3)) wrong.push(`${parameter.name}: off by ${error} of ${largest}`)
        offset += part.length
      }
      expect(wrong).toEqual([])
    },
    60_000,
  )

  it.each([
    [1, 1],
    [2, 1],
    [2, 0],
    [1, 0],
    [3, 2],
  ])('for the gradients of 3×3 convolutions at stride %i with padding %i', async (stride, pad) => {
    const gradients = () =>
      tf.tidy(() => {
        const x = tf.tensor4d(normal(2 * 9 * 7 * 6, 'x'), [2, 9, 7, 6])
        const dense = tf.tensor4d(normal(3 * 3 * 6 * 5, 'dense'), [3, 3, 6, 5])
        const deep = tf.tensor4d(normal(3 * 3 * 6, 'deep'), [3, 3, 6, 1])
        const objective = (x: tf.Tensor, dense: tf.Tensor, deep: tf.Tensor) => {
          const a = tf.conv2d(x as tf.Tensor4D, dense as tf.Tensor4D, stride, pad)
          const b = tf.depthwiseConv2d(x as tf.Tensor4D, deep as tf.Tensor4D, stride, pad)
          return tf.add(tf.sum(tf.sin(a)), tf.sum(tf.sin(b)))
        }
        return tf
          .grads(objective)([x, dense, deep])
          .map((one) => one.dataSync<'float32'>())
      })
    await tf.setBackend('cpu')
    const expected = gradients()
    await useBackend('wasm')
    const actual = gradients()
    for (const [index, values] of expected.entries()) {
      for (const [i, value] of values.entries()) expect(actual[index][i]).toBeCloseTo(value, 3)
    }
  })

  it('for matrix products of transposed operands', async () => {
    const products = () =>
      tf.tidy(() => {
        const a = tf.tensor2d(normal(12, 'a'), [3, 4])
        const b = tf.tensor2d(normal(12, 'b'), [4, 3])
        return [tf.matMul(a, a, false, true), tf.matMul(a, a, true, false), tf.matMul(a, b, true, true)].flatMap(
          (one) => [...one.dataSync()],
        )
      })
    await tf.setBackend('cpu')
    const expected = products()
    await useBackend('wasm')
    expect(products()).toEqual(expected.map((value) => expect.closeTo(value, 5)))
  })
})

describe.each(['cpu', 'wasm'])('derivatives that are written by hand, on %s', (backend) => {
  beforeEach(async () => {
    if (backend === 'wasm') await useBackend('wasm')
    else await tf.setBackend(backend)
  })

  /** Σ sin f, and its gradients towards all inputs. */
  const valueAndGradients = (f: (...inputs: tf.Tensor[]) => tf.Tensor, inputs: tf.Tensor[]) =>
    tf.tidy(() => {
      const { value, grads } = tf.valueAndGrads((...xs: tf.Tensor[]) => tf.sum(tf.sin(f(...xs))))(inputs)
      return [value, ...grads].flatMap((one) => [...one.dataSync()])
    })
  const about = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 3))

  it('agree with the tape for batch normalisation', () => {
    const inputs = [
      tf.tensor4d(normal(4 * 3 * 2 * 5, 'x'), [4, 3, 2, 5]),
      tf.tensor1d([1, 2, -1, 0.5, 0]),
      tf.tensor1d([0, 1, 2, 3, -4]),
    ]
    const byTape = (x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor) => {
      const mean = tf.mean(x, [0, 1, 2])
      const variance = tf.mean(tf.square(tf.sub(x, mean)), [0, 1, 2])
      return tf.add(tf.mul(tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, 1e-5))), gamma), beta)
    }
    const byHand = (x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor) =>
      batchNormOfBatch(x, gamma, beta, (mean, variance) => tf.dispose([mean, variance]))
    expect(valueAndGradients(byHand, inputs)).toEqual(about(valueAndGradients(byTape, inputs)))
  })

  it('agree with the tape for means over space', () => {
    const inputs = [tf.tensor4d(normal(2 * 4 * 3 * 5, 'x'), [2, 4, 3, 5])]
    const byTape = valueAndGradients((x) => tf.mean(x, [1, 2], true), inputs)
    expect(valueAndGradients((x) => spatialMeans(x as tf.Tensor4D), inputs)).toEqual(about(byTape))
  })

  it('agree with the tape for generalised means, where the floor takes part too', () => {
    const inputs = [tf.tensor4d(normal(2 * 4 * 3 * 5, 'x'), [2, 4, 3, 5])]
    const byTape = (x: tf.Tensor) => tf.pow(tf.mean(tf.pow(tf.maximum(x, 1e-6), 3), [1, 2], true), 1 / 3)
    const byHand = (x: tf.Tensor) => generalisedMeans(x as tf.Tensor4D)
    expect(valueAndGradients(byHand, inputs)).toEqual(about(valueAndGradients(byTape, inputs)))
  })

  it('give the generalised mean of 1, 2, −5 and 3 as ∛9, its gradient x²/4y², and a finite one where nothing is above the floor', () => {
    const x = tf.tensor4d([1, -1, 2, -2, -5, 0, 3, -3], [1, 2, 2, 2])
    const { value, grad } = tf.valueAndGrad((x) => tf.sum(generalisedMeans(x as tf.Tensor4D)))(x)
    const y = Math.cbrt(9)
    expect(value.dataSync()[0]).toBeCloseTo(y + 1e-6, 5)
    const expected = [1, 4, 0, 9].flatMap((square) => [square / (4 * y * y), 0])
    expect([...grad.dataSync()]).toEqual(expected.map((one) => expect.closeTo(one, 5)))
  })

  it('are differences of nearby values for generalised means', () => {
    const pixels = [0.5, 1.5, -1, 2]
    const meanOf = (x: readonly number[]) => generalisedMeans(tf.tensor4d([...x], [1, 2, 2, 1])).dataSync()[0]
    const x = tf.tensor4d(pixels, [1, 2, 2, 1])
    const gradient = tf
      .grad((x) => tf.sum(generalisedMeans(x as tf.Tensor4D)))(x)
      .dataSync()
    const step = 0.02
    for (const [index, analytic] of gradient.entries()) {
      const moved = (by: number) => meanOf(pixels.with(index, pixels[index] + by))
      expect(analytic).toBeCloseTo((moved(step) - moved(-step)) / (2 * step), 3)
    }
  })

  it('are 1 between 0 and 6 for the clipped activation', () => {
    const node = drawBackbone('clipped', (graph) => graph.activate('relu6', 'relu6', IMAGES))
    const x = tf.tensor4d([-1, 0.5, 5.9, 6.1, 7, 3], [2, 1, 1, 3])
    const run = (images: tf.Tensor) =>
      runGraph(node, { images: images as tf.Tensor4D, values: new Map(), normalise: (_, x) => x })
    expect([...run(x).dataSync()]).toEqual([0, 0.5, 5.9, 6, 6, 3].map((one) => expect.closeTo(one, 6)))
    expect([
      ...tf
        .grad((x) => tf.sum(run(x)))(x)
        .dataSync(),
    ]).toEqual([0, 1, 1, 0, 0, 1])
  })

  it('agree with the tape for gates', () => {
    const inputs = [
      tf.tensor4d(normal(2 * 4 * 3 * 5, 'x'), [2, 4, 3, 5]),
      tf.tensor4d(normal(2 * 5, 'factor'), [2, 1, 1, 5]),
    ]
    const byHand = (x: tf.Tensor, factor: tf.Tensor) => gated(x as tf.Tensor4D, factor as tf.Tensor4D)
    expect(valueAndGradients(byHand, inputs)).toEqual(about(valueAndGradients(tf.mul, inputs)))
  })
})

describe('a network', () => {
  const oneNorm = plainPassesOf(
    drawBackbone('one norm', (graph) => graph.batchNorm('bn', graph.globalAveragePool('pool', 'images'))),
  )
  /** Two images of one pixel: red 1 and 3, green 0 and 0, blue 5 and −5. */
  const images = () => tf.tensor4d([1, 0, 5, 3, 0, -5], [2, 1, 1, 3])
  const parameters = () => tf.tensor1d([1, 1, 2, 0, 0, 1])

  beforeEach(() => useBackend('wasm'))

  it('normalises by the batch and gives its means and unbiased variances', () => {
    const { embeddings, batchStatistics } = oneNorm.train(images(), parameters())
    expect([...batchStatistics.dataSync()]).toEqual([2, 0, 0, 2, 0, 50])
    const blue = (2 * 5) / Math.sqrt(25 + 1e-5)
    const red = 1 / Math.sqrt(1 + 1e-5)
    expect([...embeddings.dataSync()]).toEqual([-red, 0, 1 + blue, red, 0, 1 - blue].map((v) => expect.closeTo(v, 5)))
    tf.dispose([embeddings, batchStatistics])
  })

  it('normalises by running statistics when it embeds', () => {
    const embeddings = oneNorm.embed(images(), parameters(), tf.tensor1d([1, 0, 0, 4, 1, 25]))
    expect([...embeddings.dataSync()]).toEqual([0, 0, 3, 1, 0, -1].map((v) => expect.closeTo(v, 4)))
  })
})
