import { describe, expect, it } from 'vitest'
import { countParameters, parametersOf } from './parameters.ts'
import { backboneByName } from './registry.ts'
import { inferShapes } from './shapes.ts'

const crop = { height: 256, width: 128 }

describe('MobileNetV1', () => {
  it("has Keras's layer names and kernel shapes, with PyTorch's words for what a layer holds", () => {
    const shapes = new Map(parametersOf(backboneByName('mobilenet_v1')).map((one) => [one.name, one.shape]))
    expect(shapes.get('conv1.weight')).toEqual([3, 3, 3, 32])
    expect(shapes.get('conv1_bn.running_mean')).toEqual([32])
    expect(shapes.get('conv_dw_2.weight')).toEqual([3, 3, 64, 1])
    expect(shapes.get('conv_pw_12.weight')).toEqual([1, 1, 512, 1024])
    expect(shapes.get('conv_pw_13_bn.weight')).toEqual([1024])
  })

  it('halves its maps five times, with stride1 four times', () => {
    const last = (name: string) => inferShapes(backboneByName(name), crop).get('conv_pw_13_relu')
    expect(last('mobilenet_v1')).toEqual({ height: 8, width: 4, channels: 1024 })
    expect(last('mobilenet_v1+stride1')).toEqual({ height: 16, width: 8, channels: 1024 })
  })
})

describe('MobileNetV2', () => {
  it('has 2,223,872 parameters before the embedding, and running statistics of 17,056 channels', () => {
    const { weight, statistic } = countParameters(backboneByName('mobilenet_v2+bnneck'))
    expect(weight - 2 * 1280).toBe(2_223_872)
    expect(statistic / 2 - 1280).toBe(17_056)
  })

  it("has torchvision's names", () => {
    const names = new Set(parametersOf(backboneByName('mobilenet_v2')).map((one) => one.name))
    for (const name of [
      'features.0.0.weight',
      'features.0.1.running_var',
      'features.1.conv.0.0.weight',
      'features.1.conv.1.weight',
      'features.1.conv.2.bias',
      'features.2.conv.0.1.weight',
      'features.17.conv.1.0.weight',
      'features.17.conv.2.weight',
      'features.17.conv.3.running_mean',
      'features.18.1.weight',
    ])
      expect(names).toContain(name)
  })

  it('has a shortcut wherever a block keeps its shape, and no activation on narrow maps', () => {
    const { nodes } = backboneByName('mobilenet_v2')
    const sums = nodes.filter(({ op }) => op === 'add').map(({ name }) => name)
    expect(sums).toEqual([3, 5, 6, 8, 9, 10, 12, 13, 15, 16].map((block) => `features.${block}.add`))
    expect(nodes.filter(({ op }) => op === 'relu6')).toHaveLength(1 + 1 + 2 * 16 + 1)
  })

  it('halves its maps five times, with stride1 four times', () => {
    const last = (name: string) => inferShapes(backboneByName(name), crop).get('features.18.2')
    expect(last('mobilenet_v2')).toEqual({ height: 8, width: 4, channels: 1280 })
    expect(last('mobilenet_v2+stride1')).toEqual({ height: 16, width: 8, channels: 1280 })
  })
})
