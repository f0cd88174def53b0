import { backboneByName, initialise } from '@passerby/backbones'
import { expect, it } from 'vitest'
import { NESTEROV, noisyPixels, placementsOf } from '../../testing/session-values.ts'
import { networkOf } from '../../network/network-of.ts'
import { useBackend } from '../../backend/use-backend.ts'
import { loadShaders } from './loaded.ts'
import { timeSteps } from './step-times.ts'

it("times every call of a step by the device's clock", { timeout: 60_000 }, async () => {
  await useBackend('webgpu')
  const backbone = backboneByName('tiny', 8)
  const shape = { batch: 4, height: 32, width: 16 }
  const [first, second] = await timeSteps(backbone, await loadShaders(), {
    parameters: initialise(backbone, 1),
    pixels: noisyPixels(shape),
    batch: placementsOf(shape.batch),
    optimiser: NESTEROV,
    rate: 0.01,
    steps: 2,
  })
  const plan = networkOf(backbone).stepPlan(shape)
  const kernels = (tasks: readonly { readonly kernel: string }[] = []) => tasks.map(({ kernel }) => kernel)
  expect(first.forward.map(({ shader }) => shader)).toEqual(['place', ...kernels(plan?.forward), 'emit'])
  expect(second.backward.map(({ shader }) => shader)).toEqual(['take', ...kernels(plan?.backward)])
  expect(second.update.map(({ shader }) => shader)).toEqual(['sgd'])
  const milliseconds = [...second.forward, ...second.backward, ...second.update].map((call) => call.milliseconds)
  expect(milliseconds.every((one) => one >= 0)).toBe(true)
  expect(Math.max(...milliseconds)).toBeGreaterThan(0)
})
