import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { IMAGES, type Backbone } from './backbone.ts'
import { drawBackbone } from './graph.ts'
import { initialise } from './initialise.ts'
import { countParameters, parametersOf, parameterSize } from './parameters.ts'
import { backboneByName, backboneNames } from './registry.ts'
import { embeddingSize, inferShapes } from './shapes.ts'

const twoNodes = (second: Parameters<typeof drawBackbone>[1]): Backbone =>
  drawBackbone('two', (graph) => {
    graph.conv('a', IMAGES, { channels: 4, kernel: 3 })
    second(graph)
  })

const small = { height: 16, width: 16 }

describe('every backbone', () => {
  it.each(backboneNames)('%s gives embeddings of the asked size at any input size', (name) => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 16 }),
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 1, max: 600 }),
        (h, w, e) => {
          const backbone = backboneByName(name, e)
          const last = [...inferShapes(backbone, { height: 16 * h, width: 16 * w }).values()].at(-1)
          expect(last).toEqual({ height: 1, width: 1, channels: e })
          expect(embeddingSize(backbone)).toBe(e)
        },
      ),
      { numRuns: 20 },
    )
  })

  it.each(backboneNames)('%s lays weights before statistics, each name once', (name) => {
    const parameters = parametersOf(backboneByName(name))
    expect(new Set(parameters.map((one) => one.name)).size).toBe(parameters.length)
    const firstStatistic = parameters.findIndex((one) => one.role === 'statistic')
    expect(parameters.slice(firstStatistic).every((one) => one.role === 'statistic')).toBe(true)
  })

  it('tiny has a few thousand parameters', () => {
    expect(countParameters(backboneByName('tiny', 64))).toEqual({ weight: 2617, statistic: 304 })
  })

  it('is refused under an unknown name', () => {
    expect(() => backboneByName('alexnet')).toThrow(/no backbone 'alexnet'; there are tiny,/)
  })
})

describe('inferShapes', () => {
  it('rounds windows down as PyTorch does', () => {
    const pooled = twoNodes((graph) => graph.pool('maxPool', 'b', { input: 'a', kernel: 3, stride: 2, padding: 1 }))
    expect(inferShapes(pooled, { height: 7, width: 6 }).get('b')).toEqual({ height: 4, width: 3, channels: 4 })
  })

  it.each([
    ['two nodes of one name', twoNodes((graph) => graph.batchNorm('a', 'a')), /two nodes are named 'a'/],
    ['an input that is not there yet', twoNodes((graph) => graph.batchNorm('b', 'c')), /reads 'c' before there is one/],
    ['a sum of different shapes', twoNodes((graph) => graph.add('b', ['a', IMAGES])), /adds different shapes/],
    ['a linear layer on a map', twoNodes((graph) => graph.linear('b', 'a', 3)), /needs a vector/],
    ['a depthwise that adds channels', twoNodes((graph) => graph.depthwise('b', 'a', { channels: 5 })), /5 channels/],
    [
      'a window larger than the map',
      twoNodes((graph) => graph.pool('averagePool', 'b', { input: 'a', kernel: 17, stride: 1 })),
      /does not fit into 16×16/,
    ],
  ])('refuses %s', (_, backbone, message) => {
    expect(() => inferShapes(backbone, small)).toThrow(message)
  })

  it('refuses shared parameters of different shapes', () => {
    const shared = twoNodes((graph) => graph.conv('b', 'a', { channels: 4, kernel: 3, parameters: 'a' }))
    expect(() => parametersOf(shared)).toThrow(/shares 'a.weight' with another shape/)
  })
})

describe('initialise', () => {
  const backbone = backboneByName('osnet_x0_25')
  const values = initialise(backbone, 7)

  /** Mean, deviation and largest magnitude of one parameter. */
  function moments(name: string, of = backbone) {
    const drawn = of === backbone ? values : initialise(of, 7)
    let offset = 0
    for (const parameter of parametersOf(of)) {
      const size = parameterSize(parameter)
      if (parameter.name === name) {
        const part = drawn.subarray(offset, offset + size)
        const mean = part.reduce((sum, x) => sum + x, 0) / size
        const deviation = Math.sqrt(part.reduce((sum, x) => sum + (x - mean) ** 2, 0) / size)
        const largest = part.reduce((most, x) => Math.max(most, Math.abs(x)), 0)
        return { mean, deviation, largest }
      }
      offset += size
    }
    throw new RangeError(name)
  }

  it.each([
    ['fc.0.weight', 128],
    ['fc.0.bias', 128],
    ['conv1.conv.weight', 7 * 7 * 3],
    ['conv4.1.conv1.conv.weight', 128],
    ['conv3.0.conv2d.3.conv2.weight', 9],
  ])('%s is uniform in ±1/√%i', (name, fanIn) => {
    const bound = 1 / Math.sqrt(fanIn)
    const { mean, deviation, largest } = moments(name)
    expect(largest).toBeLessThanOrEqual(bound)
    expect(largest).toBeGreaterThan(0.95 * bound)
    expect(Math.abs(mean)).toBeLessThan(0.12 * bound)
    expect(deviation / (bound / Math.sqrt(3))).toBeCloseTo(1, 0.5)
  })

  it('starts batch norm as the identity', () => {
    expect(moments('conv5.bn.weight')).toEqual({ mean: 1, deviation: 0, largest: 1 })
    expect(moments('conv5.bn.bias')).toEqual({ mean: 0, deviation: 0, largest: 0 })
    expect(moments('conv5.bn.running_mean')).toEqual({ mean: 0, deviation: 0, largest: 0 })
    expect(moments('conv5.bn.running_var')).toEqual({ mean: 1, deviation: 0, largest: 1 })
  })

  it.each([
    ['resnet50', 'conv1.weight', 7 * 7 * 64],
    ['resnet18', 'layer4.1.conv2.weight', 3 * 3 * 512],
    ['mobilenet_v1', 'conv_dw_12.weight', 3 * 3],
    ['mobilenet_v2', 'fc.0.weight', 512],
  ])('of %s: %s is normal with variance 2/%i (He et al. 2015)', (name, parameter, fanOut) => {
    const { mean, deviation, largest } = moments(parameter, backboneByName(name))
    const expected = Math.sqrt(2 / fanOut)
    expect(Math.abs(mean)).toBeLessThan(0.05 * expected)
    expect(deviation / expected).toBeCloseTo(1, 1)
    expect(largest).toBeGreaterThan(3 * expected)
    expect(largest).toBeLessThan(7 * expected)
  })

  it('starts biases at zero where convolutions are normal', () => {
    expect(moments('fc.0.bias', backboneByName('resnet18'))).toEqual({ mean: 0, deviation: 0, largest: 0 })
  })

  it('depends on the seed and on nothing else', () => {
    expect(initialise(backbone, 7)).toEqual(values)
    expect(initialise(backbone, 8)).not.toEqual(values)
  })
})
