import { backboneByName, initialise, planStep, smallestArena } from '@passerby/backbones'
import type { Backbone, Span, StepPlan, Task } from '@passerby/backbones'
import { rng } from '@passerby/reid'
import { describe, expect, it } from 'vitest'
import { residualBackbone } from '../testing/residual.ts'
import { instantiate } from './instance.ts'
import { loadKernels } from './kernel-module.ts'
import { WASM_ARENA } from './workspace.ts'

const kernels = await loadKernels()
const FLOAT = 4
const PAGE = 65_536

const normal = (count: number, name: string) => {
  const random = rng(7, name)
  return Float32Array.from({ length: count }, () => random.normal())
}

/** One step on an instance of its own: all that it computes. */
function stepOf(plan: StepPlan, parameters: Float32Array) {
  const instance = instantiate(kernels)
  const { arena, gradient, statistics } = plan.sizes
  let end = Math.ceil(instance.heapBase / 64) * 64
  const place = (size: number) => {
    const start = end
    end = Math.ceil((end + size * FLOAT) / 64) * 64
    return start
  }
  const starts: Record<Span['region'], number> = {
    parameters: place(plan.sizes.parameters),
    gradient: place(gradient),
    statistics: place(statistics),
    arena: place(arena),
  }
  instance.memory.grow(Math.ceil(end / PAGE))
  const address = ({ region, offset }: Pick<Span, 'region' | 'offset'>) => starts[region] + offset * FLOAT
  const view = (span: Pick<Span, 'region' | 'offset' | 'size'>) =>
    new Float32Array(instance.memory.buffer, address(span), span.size)
  const run = ({ kernel, reads, writes, sizes }: Task) =>
    instance.kernel(kernel)(...[...reads, ...writes].map(address), ...sizes)
  view({ region: 'parameters', offset: 0, size: parameters.length }).set(parameters)
  view(plan.images).set(normal(plan.images.size, 'images'))
  plan.forward.forEach(run)
  const embeddings = view(plan.embeddings).slice()
  view(plan.dEmbeddings).set(normal(plan.dEmbeddings.size, 'direction'))
  plan.backward.forEach(run)
  return {
    embeddings,
    gradient: view({ region: 'gradient', offset: 0, size: gradient }),
    statistics: view({ region: 'statistics', offset: 0, size: statistics }),
  }
}

it('is planned where WebAssembly has too little memory to keep everything', () => {
  const options = { batch: 64, height: 256, width: 128, training: true, ...WASM_ARENA }
  const backbone = backboneByName('osnet_x1_0')
  expect(planStep(backbone, { ...options, memory: Infinity }).sizes.arena).toBeGreaterThan(WASM_ARENA.memory)
  const plan = planStep(backbone, options)
  expect(plan.recomputed).toBeGreaterThan(0)
  expect(plan.sizes.arena).toBeLessThanOrEqual(WASM_ARENA.memory)
})

describe('a step that computes part of its forward pass again', () => {
  const backbones: readonly Backbone[] = [
    backboneByName('tiny', 8),
    backboneByName('osnet_x0_25', 8),
    residualBackbone(8),
  ]

  it.each(backbones.map((backbone) => [backbone.name, backbone] as const))(
    'gives the same bits for %s',
    (_, backbone) => {
      const options = { batch: 3, height: 40, width: 19, training: true, ...WASM_ARENA }
      const parameters = initialise(backbone, 1)
      const plan = planStep(backbone, options)
      const expected = stepOf(plan, parameters)
      const least = smallestArena(backbone, options)
      for (const memory of [least, Math.round((least + plan.sizes.arena) / 2)]) {
        const tight = planStep(backbone, { ...options, memory })
        expect(tight.recomputed).toBeGreaterThan(0)
        expect(tight.sizes.arena).toBeLessThanOrEqual(memory)
        expect(stepOf(tight, parameters)).toEqual(expected)
      }
    },
  )
})
