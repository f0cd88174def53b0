import { planStep } from '@passerby/backbones'
import { expect, it } from 'vitest'
import { CHECKED, IMAGES } from '../../backend/checked-networks.ts'
import { useBackend } from '../../backend/use-backend.ts'
import { locateWasmFiles } from '../../browser.ts'
import { networkOf } from '../../network/network-of.ts'
import { deviations, valuesOf } from '../../testing/session-values.ts'
import { loadPipelines } from './pipelines.ts'
import { WEBGPU_ARENA } from './plans.ts'
import { webgpuNetworkOf } from './session.ts'
import type { ShaderName } from './shaders.ts'
import { tfjsDevice } from './tfjs-device.ts'

const { wide } = CHECKED

/** The software driver that tests have compiles and runs them slowly: only those that the network's plans run are loaded. */
const names: readonly ShaderName[] = [true, false].flatMap((training) => {
  const { forward, backward } = planStep(wide, { ...IMAGES, training, ...WEBGPU_ARENA })
  return [...forward, ...backward].map(({ kernel }) => kernel)
})

it('a session computes by the shaders for graphics cards what WebAssembly computes', { timeout: 120_000 }, async () => {
  locateWasmFiles()
  await useBackend('wasm')
  const expected = await valuesOf(networkOf(wide), IMAGES)
  await useBackend('webgpu')
  const all = [...new Set([...names, 'place', 'emit', 'take', 'sgd'] as const)]
  const pipelines = await loadPipelines(tfjsDevice().device, { storage: 'f32', software: false, names: all })
  const actual = await valuesOf(webgpuNetworkOf(wide, pipelines), IMAGES)
  const found = Object.entries(deviations(actual, expected))
  expect(found.filter(([, deviation]) => !(deviation < 1e-4))).toEqual([])
})
