import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { IMAGES, type Backbone } from '../backbone.ts'
import { drawBackbone, type Graph } from '../graph.ts'
import { countParameters, parametersOf, parameterSize } from '../parameters.ts'
import { backboneByName, backboneNames } from '../registry.ts'
import { KERNELS, NO_CEILING } from './kernels.ts'
import { planStep, type ArenaNeeds, type StepPlan } from './step-plan.ts'
import type { Span } from './task.ts'
import { rehearse, written } from './testing/rehearse.ts'

const size = { height: 32, width: 16 }
const drawn = (draw: (graph: Graph) => void) => drawBackbone('drawn', draw)
/** Every product and normalisation wants memory of its own. */
const arena: ArenaNeeds = {
  alignment: 16,
  workspace: {
    product: ({ inner }) => ({ a: inner, b: 7 }),
    batchNormGradient: ({ channels }) => ({ sums: channels }),
  },
}
const inTraining = (backbone: Backbone) => planStep(backbone, { batch: 2, ...size, training: true, ...arena })

describe('planStep', () => {
  it.each([...backboneNames, 'mobilenet_v2+stride1+gem+bnneck', 'resnet50+stride1+gem+bnneck'])(
    '%s reads only what is written and still alive, in exactly the arena that it states',
    (name) => {
      fc.assert(
        fc.property(
          fc.record({
            batch: fc.integer({ min: 2, max: 3 }),
            height: fc.integer({ min: 16, max: 41 }),
            width: fc.integer({ min: 16, max: 33 }),
            training: fc.boolean(),
          }),
          (options) => {
            const plan = planStep(backboneByName(name, 24), { ...options, ...arena })
            expect(rehearse(plan, arena.alignment)).toBe(plan.sizes.arena)
          },
        ),
        { numRuns: 3 },
      )
    },
  )

  it.each(backboneNames)(
    '%s gives every weight a gradient and every statistic its value, and leaves parameters alone',
    (name) => {
      const backbone = backboneByName(name)
      const plan = inTraining(backbone)
      const { weight, statistic } = countParameters(backbone)
      expect(written(plan.backward, 'gradient')).toEqual([[0, weight]])
      expect(written(plan.forward, 'statistics')).toEqual([[0, statistic]])
      expect(written([...plan.forward, ...plan.backward], 'parameters')).toEqual([])
    },
  )

  it('writes no statistics when it infers, and needs far less memory', () => {
    const backbone = backboneByName('osnet_x0_25')
    const [training, inference] = [true, false].map((training) =>
      planStep(backbone, { batch: 8, ...size, training, ...arena }),
    )
    expect(written(inference.forward, 'statistics')).toEqual([])
    expect(inference.backward).toEqual([])
    expect(inference.sizes.arena * 4).toBeLessThan(training.sizes.arena)
  })

  it.each([
    ['tiny', 2],
    ['osnet_x0_25', 2],
    ['osnet_x0_25', 9],
  ])('needs little more for %s at batch %i than the values that are alive at once', (name, batch) => {
    const plan = planStep(backboneByName(name), { batch, ...size, training: true, ...arena })
    const tasks = [...plan.forward, ...plan.backward]
    const spans = new Map<Span, { first: number; last: number; size: number }>()
    tasks.forEach((task, at) => {
      for (const span of [...task.reads, ...task.writes]) {
        if (span.region === 'arena') spans.set(span, { first: spans.get(span)?.first ?? at, last: at, size: span.size })
      }
    })
    const alive = tasks.map((_, at) =>
      [...spans.values()].reduce((sum, one) => sum + (one.first <= at && at <= one.last ? one.size : 0), 0),
    )
    expect(plan.sizes.arena).toBeGreaterThanOrEqual(Math.max(...alive))
    expect(plan.sizes.arena).toBeLessThan(1.05 * Math.max(...alive))
  })

  it('folds a ReLU into the batch norm or the sum before it when nothing else reads that', () => {
    const plan = inTraining(backboneByName('tiny'))
    expect(plan.forward.filter((task) => task.kernel === 'relu')).toEqual([])
    const twice = drawn((graph) => {
      const norm = graph.batchNorm('norm', graph.conv('conv', IMAGES, { channels: 4, kernel: 3 }))
      graph.add('sum', [norm, graph.activate('relu', 'relu', norm)])
    })
    expect(inTraining(twice).forward.map((task) => task.kernel)).toEqual(['conv', 'batchNorm', 'relu', 'add'])
    expect(rehearse(inTraining(twice), arena.alignment)).toBe(inTraining(twice).sizes.arena)
  })

  it('tells kernels the ceiling of the activation that is folded into them, or runs it alone', () => {
    const plan = inTraining(
      drawn((graph) => {
        const norm = graph.batchNorm('norm', graph.conv('conv', IMAGES, { channels: 4 }))
        const light = graph.depthwise('light', graph.activate('relu6', 'six', norm), {
          channels: 4,
          kernel: 3,
          stride: 2,
        })
        const alone = graph.activate('relu6', 'alone', light)
        graph.activate('relu', 'relu', graph.add('sum', [alone, graph.batchNorm('linear', light)]))
      }),
    )
    const ceilings = (tasks: StepPlan['forward']) =>
      tasks.flatMap(({ kernel, node, sizes }) => {
        const names: readonly string[] = KERNELS[kernel].sizes
        return names.includes('ceiling') ? [[`${kernel} ${node}`, sizes[names.indexOf('ceiling')]]] : []
      })
    expect(ceilings(plan.forward)).toEqual([
      ['batchNorm norm', 6],
      ['relu alone', 6],
      ['batchNorm linear', 0],
      ['add sum', NO_CEILING],
    ])
    expect(ceilings(plan.backward)).toEqual([
      ['reluGradient sum', NO_CEILING],
      ['batchNormGradient linear', 0],
      ['reluGradient alone', 6],
      ['add alone', 0],
      ['batchNormGradient norm', 6],
    ])
    expect(plan.forward.find(({ kernel }) => kernel === 'depthwise')?.sizes).toEqual([2, 32, 16, 4, 16, 8, 2])
    expect(rehearse(plan, arena.alignment)).toBe(plan.sizes.arena)
  })

  it('keeps what a batch norm gives only where a ReLU or another node reads it', () => {
    const plan = inTraining(
      drawn((graph) => {
        const conv = graph.conv('conv', IMAGES, { channels: 4 })
        graph.add('sum', [conv, graph.batchNorm('norm', conv)])
      }),
    )
    const [norm] = plan.backward.filter((task) => task.kernel === 'batchNormGradient')
    expect(norm.reads.slice(0, 2).map((span) => span.label)).toEqual(['conv', 'conv'])
    expect(rehearse(plan, arena.alignment)).toBe(plan.sizes.arena)
  })

  it('takes dense convolutions anywhere, with an input gradient behind the first layer', () => {
    const dense = drawn((graph) => {
      const a = graph.conv('a', IMAGES, { channels: 4, kernel: 3 })
      graph.add('sum', [
        graph.conv('b', a, { channels: 6, kernel: 3, stride: 2 }),
        graph.conv('c', a, { channels: 6, stride: 2 }),
      ])
    })
    const plan = inTraining(dense)
    expect(plan.forward.map((task) => task.kernel)).toEqual(['conv', 'conv', 'conv', 'add'])
    expect(plan.backward.map((task) => `${task.kernel} ${task.node}`)).toEqual([
      'convWeightGradient c',
      'convInputGradient c',
      'convWeightGradient b',
      'convInputGradient b',
      'add b',
      'convWeightGradient a',
    ])
    expect(rehearse(plan, arena.alignment)).toBe(plan.sizes.arena)
  })

  it('sums gradients of a value that is added to itself, or read again below the sum', () => {
    const knotted = drawn((graph) => {
      const a = graph.batchNorm('a', graph.conv('conv', IMAGES, { channels: 4, kernel: 3 }))
      const b = graph.activate('relu', 'b', a)
      const c = graph.add('c', [a, a, b])
      graph.add('d', [c, graph.conv('e', c, { channels: 4 }), a, graph.gate('f', c, { parameters: 'f', hidden: 2 })])
    })
    const plan = inTraining(knotted)
    expect(rehearse(plan, arena.alignment)).toBe(plan.sizes.arena)
  })

  it('gives operands and sizes in the order of the kernel table', () => {
    const [task] = inTraining(backboneByName('tiny')).forward.filter((one) => one.kernel === 'gateFactors')
    const parameters = parametersOf(backboneByName('tiny'))
    expect(KERNELS.gateFactors).toMatchObject({ reads: ['x', 'w1', 'b1', 'w2', 'b2'] })
    expect(KERNELS.gateFactors).toMatchObject({ sizes: ['batch', 'pixels', 'channels', 'units'] })
    expect(task.reads.map((span) => span.label)).toEqual([
      'conv2.0.conv2a.relu',
      ...['fc1.weight', 'fc1.bias', 'fc2.weight', 'fc2.bias'].map((name) => `conv2.0.gate.${name}`),
    ])
    expect(task.sizes).toEqual([2, 32, 8, 1])
    const before = parameters.slice(
      0,
      parameters.findIndex((one) => one.name === 'conv2.0.gate.fc1.bias'),
    )
    expect(task.reads[2].offset).toBe(before.reduce((sum, one) => sum + parameterSize(one), 0))
  })

  it('lets gates add to the sum that only they go into, and no others', () => {
    const kernels = (plan: StepPlan) =>
      plan.forward.map((task) => task.kernel).filter((kernel) => /gate$|add/.test(kernel))
    const sums = (draw: (graph: Graph, gates: readonly [string, string]) => void) =>
      inTraining(
        drawn((graph) => {
          const conv = graph.conv('conv', IMAGES, { channels: 4 })
          const gate = (name: string) => graph.gate(name, conv, { parameters: 'gate', hidden: 2 })
          draw(graph, [gate('a'), gate('b')])
        }),
      )
    const gathered = sums((graph, gates) => graph.add('sum', gates))
    expect(gathered.forward.map((task) => task.kernel)).toEqual([
      'product',
      'gateFactors',
      'gate',
      'gateFactors',
      'gate',
    ])
    expect(gathered.forward.filter((task) => task.kernel === 'gate').map((task) => task.accumulates)).toEqual([
      false,
      true,
    ])
    expect(kernels(sums((graph, [a, b]) => graph.add('sum', [a, b, a])))).toEqual(['gate', 'gate', 'add', 'add'])
    expect(kernels(sums((graph, [a, b]) => graph.add('sum', [graph.add('first', [a, b]), a])))).toEqual([
      'gate',
      'gate',
      'add',
      'add',
    ])
    expect(kernels(sums((graph, gates) => graph.activate('relu', 'relu', graph.add('sum', gates))))).toEqual([
      'gate',
      'gate',
      'add',
    ])
    expect(rehearse(gathered, arena.alignment)).toBe(gathered.sizes.arena)
  })

  it.each([
    [
      'a batch of one in training',
      () => planStep(backboneByName('tiny'), { batch: 1, ...size, training: true, ...arena }),
      /batch of 1/,
    ],
    [
      'a k×k convolution with a bias',
      () =>
        inTraining(
          drawn((graph) => {
            graph.conv('a', IMAGES, { channels: 4, kernel: 3, bias: true })
          }),
        ),
      /'a' is a k×k convolution/,
    ],
    [
      'a depthwise stride of more than 2',
      () =>
        inTraining(
          drawn((graph) => {
            graph.depthwise('a', IMAGES, { channels: 3, kernel: 3, stride: 3 })
          }),
        ),
      /'a' is depthwise, but not 3×3/,
    ],
  ])('refuses %s', (_, plan, message) => {
    expect(plan).toThrow(RangeError)
    expect(plan).toThrow(message)
  })
})
