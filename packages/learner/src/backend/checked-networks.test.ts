import { KERNELS, planStep, type Backbone, type Kernel } from '@passerby/backbones'
import { expect, it } from 'vitest'
import { WEBGPU_ARENA } from '../executors/webgpu/plans.ts'
import { shadersOf } from '../executors/webgpu/shaders.ts'
import type { Sizes } from '../executors/webgpu/shaders/shader.ts'
import { CHECKED, IMAGES } from './checked-networks.ts'

const kernels = Object.keys(KERNELS) as Kernel[]

/** The shaders of a kernel that some sizes lead to. */
const candidates = (kernel: Kernel, software: boolean) => {
  const usable = shadersOf(kernel).filter((shader) => !(software && shader.inWorkgroupMemory))
  const last = usable.findIndex((shader) => !shader.fits)
  return usable.slice(0, last + 1)
}

/** Those that the plans of a backbone do lead to. */
function* shadersIn(backbone: Backbone, software: boolean) {
  for (const training of [true, false]) {
    const { forward, backward } = planStep(backbone, { ...IMAGES, training, ...WEBGPU_ARENA })
    for (const { kernel, sizes } of [...forward, ...backward]) {
      const names: readonly string[] = KERNELS[kernel].sizes
      const byName: Sizes<string> = Object.fromEntries(names.map((name, index) => [name, sizes[index]]))
      yield candidates(kernel, software).find((shader) => shader.fits?.(byName) ?? true)
    }
  }
}

it.each([
  ['graphics cards', false],
  ['processors', true],
])('leads to every shader for %s', (_, software) => {
  const reached = new Set(Object.values(CHECKED).flatMap((backbone) => [...shadersIn(backbone, software)]))
  const missed = kernels.filter((kernel) => !candidates(kernel, software).every((shader) => reached.has(shader)))
  expect(missed).toEqual([])
})
