import { backboneByName, initialise } from '@passerby/backbones'
import { rng } from '@passerby/reid'
import { expect, it } from 'vitest'
import { createWasmExecutor, type WasmExecutor } from './executor.ts'
import { loadKernels } from './kernel-module.ts'
import { createThreadedExecutor } from './threaded-executor.ts'
import { openThreads } from './threads/threads.ts'

const backbone = backboneByName('tiny', 8)
const shape = { batch: 7, height: 32, width: 16, training: true }
const random = rng(7, 'images and direction')
const images = Float32Array.from({ length: 7 * 32 * 16 * 3 }, () => random.normal())
const direction = Float32Array.from({ length: 7 * 8 }, () => random.normal())

function gradientOf(executor: WasmExecutor): readonly number[] {
  executor.load(initialise(backbone, 1))
  const pass = executor.forward(shape, (into) => into.set(images))
  return [...pass.backward(direction)]
}

it('shares a batch among threads of a page, whose own thread may not sleep', { timeout: 60_000 }, async () => {
  expect(globalThis.crossOriginIsolated).toBe(true)
  const kernels = await loadKernels()
  const threads = await openThreads(3)
  const expected = gradientOf(createWasmExecutor(backbone, kernels))
  const executor = createThreadedExecutor(backbone, kernels, threads)
  for (let n = 0; n < 3; n++) {
    expect(gradientOf(executor)).toEqual(expected.map((value) => expect.closeTo(value, 3)))
  }
  threads.close()
})
