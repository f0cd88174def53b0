import { backboneByName, countParameters, initialise, parametersOf, parameterSize } from '@passerby/backbones'
import { rng } from '@passerby/reid'
import { expect, it } from 'vitest'
import { useBackend } from '../backend/use-backend.ts'
import { plainPassesOf } from '../network/plain.ts'
import { tf } from '../tf.ts'
import { runStockGraph } from './stock-graph.ts'

it.each(['tiny', 'mobilenet_v1', 'mobilenet_v2+stride1+gem+bnneck', 'resnet18+gem', 'resnet50'])(
  "%s gives the embeddings of TensorFlow.js's own operations",
  async (name) => {
    await useBackend('wasm')
    const backbone = backboneByName(name, 16)
    const values = initialise(backbone, 3)
    const random = rng(3, 'images')
    const pixels = Float32Array.from({ length: 4 * 64 * 32 * 3 }, () => random.normal())
    const [plain, stock] = tf.tidy(() => {
      const images = tf.tensor4d(pixels, [4, 64, 32, 3])
      const weights = tf.tensor1d(values.subarray(0, countParameters(backbone).weight))
      const { embeddings, batchStatistics } = plainPassesOf(backbone).train(images, weights)
      batchStatistics.dispose()
      const parameters = new Map<string, tf.Tensor>()
      let offset = 0
      for (const { name, shape } of parametersOf(backbone)) {
        const part = values.subarray(offset, (offset += parameterSize({ shape })))
        parameters.set(name, tf.tensor(part, [...shape]))
      }
      const value = (name: string) => {
        const found = parameters.get(name)
        if (!found) throw new RangeError(`no parameter '${name}'`)
        return found
      }
      const own = runStockGraph(backbone, images, { value, onMoments: () => undefined })
      return [embeddings, own].map((one) => one.dataSync<'float32'>())
    })
    const largest = stock.reduce((max, value) => Math.max(max, Math.abs(value)), 0)
    expect(largest).toBeGreaterThan(0.5)
    const apart = stock.reduce((max, value, i) => Math.max(max, Math.abs(value - plain[i])), 0)
    expect(apart).toBeLessThan(2e-3 * largest)
  },
  60_000,
)
