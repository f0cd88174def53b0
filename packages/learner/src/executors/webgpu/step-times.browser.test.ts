import { backboneByName, initialise } from '@passerby/backbones'
import { expect, it, vi } from 'vitest'
import { NESTEROV, noisyPixels, placementsOf } from '../../testing/session-values.ts'
import { networkOf } from '../../network/network-of.ts'
import { useBackend } from '../../backend/use-backend.ts'
import { timeCalls } from './call-times.ts'
import { loadShaders } from './loaded.ts'
import { openMemory } from './memory.ts'
import { assemble } from './program.ts'
import { timeSteps } from './step-times.ts'

it("times every call of a step by the device's clock", { timeout: 60_000 }, async () => {
  await useBackend('webgpu')
  const backbone = backboneByName('tiny', 8)
  const shape = { batch: 4, height: 32, width: 16 }
  const clear = vi.spyOn(GPUCommandEncoder.prototype, 'clearBuffer')
  const [first, second] = await timeSteps(backbone, await loadShaders(), {
    parameters: initialise(backbone, 1),
    pixels: noisyPixels(shape),
    batch: placementsOf(shape.batch),
    optimiser: NESTEROV,
    rate: 0.01,
    steps: 2,
  })
  expect(clear.mock.calls.map(([buffer]) => buffer.label)).toEqual(['gradient', 'gradient'])
  clear.mockRestore()
  const plan = networkOf(backbone).stepPlan(shape)
  const kernels = (tasks: readonly { readonly kernel: string }[] = []) => tasks.map(({ kernel }) => kernel)
  expect(first.forward.map(({ shader }) => shader)).toEqual(['place', ...kernels(plan?.forward), 'emit'])
  expect(second.backward.map(({ shader }) => shader)).toEqual(['take', ...kernels(plan?.backward)])
  expect(second.update.map(({ shader }) => shader)).toEqual(['sgd'])
  const milliseconds = [...second.forward, ...second.backward, ...second.update].map((call) => call.milliseconds)
  expect(milliseconds.every((one) => one >= 0)).toBe(true)
  expect(Math.max(...milliseconds)).toBeGreaterThan(0)
})

it('refuses more calls than a device has timestamps for', { timeout: 60_000 }, async () => {
  await useBackend('webgpu')
  const pipelines = await loadShaders()
  const take = { shader: 'take', operands: [{ region: 'arena', offset: 0 }], sizes: { count: 1 } } as const
  const program = assemble(
    pipelines,
    Array.from({ length: 2049 }, () => take),
  )
  const memory = openMemory(pipelines.device)
  await expect(timeCalls(pipelines.device, program, program.bind(memory.buffers))).rejects.toThrow(/2049 calls/)
  program.dispose()
  memory.dispose()
})
