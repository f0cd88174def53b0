import { describe, expect, it } from 'vitest'
import { inputsOf } from './backbone.ts'
import { multiplyAdds } from './cost.ts'
import { countParameters, parametersOf, parameterSize } from './parameters.ts'
import { backboneByName } from './registry.ts'
import { channelsOf, inferShapes } from './shapes.ts'

/**
 * torchreid prints, for 256×128 and without classifier, `params=203,568` (x0.25) and `params=2,193,616
 * flops=978,878,352` (x1.0). Its counter visits a block's gate once per stream, and adds biases to multiply-adds.
 */
const printed = [
  ['osnet_x0_25', 203_568],
  ['osnet_x1_0', 2_193_616],
] as const

/** Millions of multiply-adds in torchreid's model zoo. */
const cost = [
  ['osnet_x0_25', 82.3],
  ['osnet_x0_5', 272.9],
  ['osnet_x0_75', 571.8],
  ['osnet_x1_0', 978.9],
] as const

describe('OSNet as published', () => {
  it.each(printed)('%s has %i parameters when every use of a gate counts', (name, parameters) => {
    const backbone = backboneByName(name)
    const gates = parametersOf(backbone).filter((one) => one.name.includes('.gate.'))
    const countedAgain = 3 * gates.reduce((size, one) => size + parameterSize(one), 0)
    expect(countParameters(backbone).weight + countedAgain).toBe(parameters)
  })

  it.each(cost)('%s costs %f million multiply-adds at 256×128', (name, millions) => {
    expect(multiplyAdds(backboneByName(name), { height: 256, width: 128 }) / 1e6).toBeCloseTo(millions, 1)
  })

  it('counts every gate once: 2,169,508 distinct weights, and 978,878,352 multiply-adds with the biases', () => {
    const backbone = backboneByName('osnet_x1_0')
    expect(countParameters(backbone)).toEqual({ weight: 2_169_508, statistic: 23_040 })
    const channels = channelsOf(backbone)
    const biases = backbone.nodes.reduce((sum, node) => {
      if (node.op === 'gate') return sum + node.hidden + (channels.get(node.input) ?? 0)
      return sum + (node.op === 'linear' ? node.channels : 0)
    }, 0)
    expect(multiplyAdds(backbone, { height: 256, width: 128 }) + biases).toBe(978_878_352)
  })

  it('has the feature maps of table 1', () => {
    const shapes = inferShapes(backboneByName('osnet_x1_0'), { height: 256, width: 128 })
    expect(shapes.get('conv1.relu')).toEqual({ height: 128, width: 64, channels: 64 })
    expect(shapes.get('maxpool')).toEqual({ height: 64, width: 32, channels: 64 })
    expect(shapes.get('conv2.2.1')).toEqual({ height: 32, width: 16, channels: 256 })
    expect(shapes.get('conv3.2.1')).toEqual({ height: 16, width: 8, channels: 384 })
    expect(shapes.get('conv4.1.relu')).toEqual({ height: 16, width: 8, channels: 512 })
    expect(shapes.get('fc.2')).toEqual({ height: 1, width: 1, channels: 512 })
  })

  it("uses torchreid's parameter names", () => {
    const names = new Set(parametersOf(backboneByName('osnet_x0_25')).map((one) => one.name))
    for (const name of [
      'conv1.conv.weight',
      'conv1.bn.running_var',
      'conv2.0.conv2a.conv1.weight',
      'conv2.0.conv2d.3.conv2.weight',
      'conv2.0.gate.fc1.bias',
      'conv2.0.downsample.bn.bias',
      'conv2.2.0.conv.weight',
      'conv4.1.conv3.conv.weight',
      'fc.0.weight',
      'fc.1.running_mean',
    ]) {
      expect(names).toContain(name)
    }
    expect(names).not.toContain('conv2.1.downsample.conv.weight')
  })

  it('shares one gate among the four streams of a block', () => {
    const readers = backboneByName('osnet_x0_25').nodes.filter(
      (node) => node.op === 'gate' && node.parameters === 'conv3.1.gate',
    )
    expect(readers.flatMap(inputsOf)).toEqual(
      ['a.relu', 'b.1.relu', 'c.2.relu', 'd.3.relu'].map((last) => `conv3.1.conv2${last}`),
    )
  })
})
