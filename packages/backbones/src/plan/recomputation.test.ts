import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { IMAGES } from '../backbone.ts'
import { drawBackbone } from '../graph.ts'
import { countParameters } from '../parameters.ts'
import { backboneByName } from '../registry.ts'
import { largestBatch, planBytes, smallestArena } from './memory.ts'
import { planStep, type ArenaNeeds, type StepPlan } from './step-plan.ts'
import { rehearse, written } from './testing/rehearse.ts'
import { TooLittleMemory } from './too-little-memory.ts'

const needs: ArenaNeeds = {
  alignment: 16,
  workspace: {
    product: ({ inner }) => ({ panels: inner }),
    depthwise: ({ height, width }) => ({ planes: height * width }),
  },
}
const shape = { batch: 4, height: 64, width: 32 }
const inTraining = { ...shape, training: true, ...needs }

/** `layers` times 3×3 convolution, batch norm and ReLU on maps of one size. */
const chain = (layers: number) =>
  drawBackbone('chain', (graph) => {
    let x = IMAGES
    for (let layer = 0; layer < layers; layer++) {
      const conv = graph.conv(`${layer}.conv`, x, { channels: 8, kernel: 3 })
      x = graph.activate('relu', `${layer}.relu`, graph.batchNorm(`${layer}.bn`, conv))
    }
    graph.globalAveragePool('means', x)
  })

describe('a plan that must fit a memory', () => {
  it.each(['tiny', 'osnet_x0_25', 'mobilenet_v2+gem+bnneck', 'resnet50'])(
    '%s fits it down to the smallest, and still reads only what is written and alive',
    (name) => {
      const backbone = backboneByName(name, 24)
      fc.assert(
        fc.property(
          fc.record({
            batch: fc.integer({ min: 2, max: 3 }),
            height: fc.integer({ min: 20, max: 41 }),
            width: fc.integer({ min: 16, max: 33 }),
          }),
          fc.double({ min: 0, max: 1, noNaN: true }),
          (batch, share) => {
            const options = { ...batch, training: true, ...needs }
            const whole = planStep(backbone, options)
            const least = smallestArena(backbone, options)
            const memory = Math.floor(least + share * (whole.sizes.arena - least))
            const plan = planStep(backbone, { ...options, memory })
            expect(plan.sizes.arena).toBeLessThanOrEqual(memory)
            expect(rehearse(plan, needs.alignment)).toBe(plan.sizes.arena)
            expect(plan.forward).toHaveLength(whole.forward.length)
            expect(plan.backward).toHaveLength(whole.backward.length + plan.recomputed)
            const { weight, statistic } = countParameters(backbone)
            expect(written(plan.backward, 'gradient')).toEqual([[0, weight]])
            expect(written(plan.forward, 'statistics')).toEqual([[0, statistic]])
          },
        ),
        { numRuns: 4 },
      )
    },
  )

  it('computes nothing again where that is not needed, and more the less memory there is', () => {
    const backbone = backboneByName('osnet_x0_25')
    const whole = planStep(backbone, inTraining)
    expect(whole.recomputed).toBe(0)
    expect(planStep(backbone, { ...inTraining, memory: whole.sizes.arena })).toEqual(whole)
    const least = smallestArena(backbone, inTraining)
    expect(least).toBeLessThan(whole.sizes.arena / 4)
    const at = (memory: number) => planStep(backbone, { ...inTraining, memory }).recomputed
    expect(at(whole.sizes.arena - 1)).toBeGreaterThan(0)
    expect(at(whole.sizes.arena - 1)).toBeLessThan(at(whole.sizes.arena / 2))
    expect(at(whole.sizes.arena / 2)).toBeLessThan(at(least))
    expect(at(least)).toBeLessThan(whole.forward.length)
  })

  it('takes the same steps for every share of a batch, however little memory there is', () => {
    const backbone = backboneByName('osnet_x0_25')
    const options = { ...inTraining, share: { whole: 11, largest: 6 } }
    const { arena } = planStep(backbone, { ...options, batch: 6 }).sizes
    const steps = (plan: StepPlan) => plan.backward.map(({ kernel, node }) => `${kernel} ${node}`)
    for (const part of [0.95, 0.6]) {
      const memory = Math.floor(part * arena)
      const [larger, smaller] = [6, 5].map((batch) => planStep(backbone, { ...options, batch, memory }))
      expect(larger.recomputed).toBeGreaterThan(0)
      expect(steps(smaller)).toEqual(steps(larger))
      expect(rehearse(smaller, needs.alignment)).toBe(smaller.sizes.arena)
    }
    expect(() => planStep(backbone, { ...inTraining, batch: 1, share: { whole: 1, largest: 1 } })).toThrow(/batch of 1/)
  })

  /** Two maps per layer are kept; with c checkpoints of one map about c + 2·layers / (c + 1). */
  it('grows with the square root of the layers of a chain', () => {
    expect(planStep(chain(64), inTraining).sizes.arena).toBeGreaterThan(
      3.8 * planStep(chain(16), inTraining).sizes.arena,
    )
    expect(smallestArena(chain(64), inTraining)).toBeLessThan(2 * smallestArena(chain(16), inTraining))
  })

  it('is refused by the smallest arena where even that is too large', () => {
    const backbone = backboneByName('osnet_x0_25')
    const least = smallestArena(backbone, inTraining)
    const plan = () => planStep(backbone, { ...inTraining, memory: least - 1 })
    expect(plan).toThrow(expect.objectContaining({ least }))
    expect(plan).toThrow(`at least ${least}`)
    expect(planStep(backbone, { ...inTraining, memory: least }).sizes.arena).toBe(least)
  })
})

describe('largestBatch', () => {
  const backbone = backboneByName('osnet_x0_25')
  const options = { height: 32, width: 16, ...needs }

  it('is the largest that can be planned', () => {
    const memory = smallestArena(backbone, { ...options, batch: 11 })
    expect(largestBatch(backbone, { ...options, memory, most: 64 })).toBe(11)
    expect(largestBatch(backbone, { ...options, memory: memory - 1, most: 64 })).toBe(10)
    expect(largestBatch(backbone, { ...options, memory, most: 7 })).toBe(7)
  })

  it('is refused where not even two images fit', () => {
    const least = smallestArena(backbone, { ...options, batch: 2 })
    expect(largestBatch(backbone, { ...options, memory: least, most: 64 })).toBe(2)
    const search = () => largestBatch(backbone, { ...options, memory: least - 1, most: 64 })
    expect(search).toThrow(TooLittleMemory)
    expect(search).toThrow(`an arena of ${least} numbers`)
  })
})

it('planBytes counts the arena and every flat buffer', () => {
  const sizes = { arena: 1000, parameters: 30, gradient: 20, statistics: 10 }
  expect(planBytes({ sizes })).toBe(4 * 1060)
  expect(planBytes({ sizes }, 2)).toBe(4 * 1100)
})
