import { describe, expect, it } from 'vitest'
import { multiplyAdds } from './cost.ts'
import { countParameters, parametersOf, parameterSize } from './parameters.ts'
import { backboneByName } from './registry.ts'
import { embeddingSize, inferShapes } from './shapes.ts'

const crop = { height: 256, width: 128 }
const namesOf = (name: string) => parametersOf(backboneByName(name)).map((one) => one.name)
const shapeOf = (name: string, node: string) => inferShapes(backboneByName(name), crop).get(node)

describe("FedReID's ResNet-50", () => {
  const backbone = backboneByName('resnet50', 512)

  it('has 24,558,144 trained parameters, running statistics not counted (ALGORITHMS 2.2)', () => {
    expect(countParameters(backbone)).toEqual({ weight: 24_558_144, statistic: 2 * (26_560 + 512) })
  })

  it('ends in linear and batch norm without a ReLU', () => {
    const ends = backbone.nodes.slice(-3).map(({ name, op }) => [name, op])
    expect(ends).toEqual([
      ['global_avgpool', 'globalAveragePool'],
      ['fc.0', 'linear'],
      ['fc.1', 'batchNorm'],
    ])
  })

  it('has its stride in the 3×3 of a bottleneck, and maps of 8×4 at the end', () => {
    const strides = backbone.nodes.flatMap((node) => (node.op === 'conv' && node.stride === 2 ? [node.name] : []))
    const stages = [2, 3, 4].flatMap((stage) => [`layer${stage}.0.conv2`, `layer${stage}.0.downsample.0`])
    expect(strides).toEqual(['conv1', ...stages])
    expect(shapeOf('resnet50', 'layer1.2.relu')).toEqual({ height: 64, width: 32, channels: 256 })
    expect(shapeOf('resnet50', 'layer4.2.relu')).toEqual({ height: 8, width: 4, channels: 2048 })
  })

  it("has torchvision's parameter names, of the bottlenecks' shapes", () => {
    const shapes = new Map(parametersOf(backbone).map((one) => [one.name, one.shape]))
    expect(shapes.get('conv1.weight')).toEqual([7, 7, 3, 64])
    expect(shapes.get('bn1.running_var')).toEqual([64])
    expect(shapes.get('layer1.0.conv1.weight')).toEqual([1, 1, 64, 64])
    expect(shapes.get('layer1.0.downsample.0.weight')).toEqual([1, 1, 64, 256])
    expect(shapes.get('layer3.5.conv2.weight')).toEqual([3, 3, 256, 256])
    expect(shapes.get('layer4.2.bn3.weight')).toEqual([2048])
    expect([...shapes.keys()].filter((name) => name.includes('downsample'))).toHaveLength(4 * 5)
    // 53 convolutions; 54 batch norms of four; the linear layer's two.
    expect(shapes.size).toBe(53 + 4 * 54 + 2)
  })
})

describe("FedSTIL's ResNet-18", () => {
  const name = 'resnet18+stride1+bnneck'

  it('has 8,388,608 values in the convolutions of its last stage (ALGORITHMS 4.2)', () => {
    const convolutions = parametersOf(backboneByName(name)).filter(
      ({ name, shape }) => name.startsWith('layer4') && shape.length === 4,
    )
    expect(convolutions.reduce((sum, one) => sum + parameterSize(one), 0)).toBe(8_388_608)
  })

  it('has a last stage on maps of 8×4 for images of 128×64, which prototypes of 256×8×4 go into', () => {
    const shapes = inferShapes(backboneByName(name), { height: 128, width: 64 })
    expect(shapes.get('layer3.1.relu')).toEqual({ height: 8, width: 4, channels: 256 })
    expect(shapes.get('layer4.1.relu')).toEqual({ height: 8, width: 4, channels: 512 })
  })

  it("has torchvision's names", () => {
    expect(namesOf(name)).toContain('layer4.0.downsample.1.running_mean')
    expect(namesOf(name)).not.toContain('layer1.0.downsample.0.weight')
    expect(namesOf(name)).not.toContain('layer1.0.conv3.weight')
  })
})

describe('variants', () => {
  it('change what they say and nothing else', () => {
    const plain = backboneByName('resnet50')
    const stride1 = backboneByName('resnet50+stride1')
    expect(parametersOf(stride1)).toEqual(parametersOf(plain))
    expect(shapeOf('resnet50+stride1', 'layer4.2.relu')).toEqual({ height: 16, width: 8, channels: 2048 })
    expect(multiplyAdds(stride1, crop)).toBeGreaterThan(1.4 * multiplyAdds(plain, crop))
    expect(parametersOf(backboneByName('resnet50+gem'))).toEqual(parametersOf(plain))
    expect(backboneByName('resnet50+gem').nodes.filter(({ op }) => op === 'generalisedMeanPool')).toHaveLength(1)
    expect(backboneByName('resnet50+gem').nodes.filter(({ op }) => op === 'globalAveragePool')).toHaveLength(0)
  })

  it('with a batch norm as the embedding have as many values as pooled channels, whatever is asked for', () => {
    for (const [name, channels] of [
      ['resnet50+stride1+gem+bnneck', 2048],
      ['mobilenet_v2+bnneck', 1280],
      ['osnet_x0_25+bnneck', 128],
    ] as const) {
      const backbone = backboneByName(name, 64)
      expect(embeddingSize(backbone)).toBe(channels)
      expect(backbone.nodes.at(-1)).toMatchObject({ op: 'batchNorm', parameters: 'bottleneck' })
    }
  })

  it('have one spelling, in whatever order they are asked for', () => {
    expect(backboneByName('resnet50+bnneck+stride1').name).toBe('resnet50+stride1+bnneck')
  })

  it.each([
    ['resnet50+stride2', /no option 'stride2' in 'resnet50\+stride2'; there are stride1, gem, bnneck/],
    ['resnet50+', /no option ''/],
    ['resnet50+gem+gem', /has 'gem' twice/],
    ['osnet_x1_0+stride1', /'osnet_x1_0' takes gem, bnneck, not 'stride1'/],
    ['resnet+gem', /no backbone 'resnet'; there are tiny, .*resnet50/],
  ])('are refused as %s', (name, message) => {
    expect(() => backboneByName(name)).toThrow(message)
    expect(() => backboneByName(name)).toThrow(RangeError)
  })
})
