/** Keras' MobileNetV1 of ImageNet in our network. */
import { backboneByName, initialise } from '@passerby/backbones'
import { useBackend } from '@passerby/learner'
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { embedByOurs } from '../test/networks.ts'
import { REAL_DATA, realCrops } from '../test/real-crops.ts'
import { importParameters, readModelFile } from './index.ts'

const FILE = '../shared/weights/mobilenet_v1_imagenet_to_pw12.safetensors'
const CROPS = 32

describe.skipIf(!existsSync(FILE) || !existsSync(REAL_DATA))('MobileNetV1 of ImageNet', { timeout: 60_000 }, () => {
  const backbone = backboneByName('mobilenet_v1')
  const file = readModelFile(readFileSync(FILE))
  const valuesOf = (name: string) => file.tensors.find((tensor) => tensor.name === name)?.values ?? new Float32Array()

  test('fits but for the last block, which its file does not have, and the embedding', () => {
    const { taken, misfits } = importParameters(backbone, file, initialise(backbone, 1))
    expect(taken).toBe(125)
    expect(misfits).toMatchObject({ unexpected: [], shapes: [] })
    expect(misfits.missing.filter((name) => !/^(conv_(dw|pw)_13|fc\.)/.test(name))).toEqual([])
  })

  // Means of crops are a tenth of a deviation off ImageNet's; with images that are not brought to Keras' scale, a quarter and more.
  test.each(['conv1_bn', 'conv_dw_1_bn', 'conv_pw_1_bn'])(
    '%s normalises real crops as it did ImageNet',
    async (layer) => {
      await useBackend('wasm')
      const end = backbone.nodes.findIndex(({ name }) => name === layer)
      const mean = { op: 'globalAveragePool', name: 'mean', input: layer } as const
      const part = { ...backbone, nodes: [...backbone.nodes.slice(0, end + 1), mean] }
      const { values } = importParameters(part, file, initialise(part, 1))
      const means = await embedByOurs(part, values, await realCrops(CROPS, { height: 128, width: 64 }))
      const [gamma, beta] = ['gamma', 'beta'].map((name) => valuesOf(`${layer}/${name}`))
      const offsets = beta.map((shift, channel) => {
        const average = meanOf(Float32Array.from({ length: CROPS }, (_, crop) => means[crop * beta.length + channel]))
        return Math.abs(average - shift) / Math.abs(gamma[channel])
      })
      expect(meanOf(offsets)).toBeLessThan(0.16)
    },
  )
})

function meanOf(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
