import { backboneByName } from '@passerby/backbones'
import { beforeAll, describe, expect, it } from 'vitest'
import { useBackend } from '../../backend/use-backend.ts'
import { locateWasmFiles } from '../../browser.ts'
import { networkOf } from '../../network/network-of.ts'
import { deviations, lossCurve, valuesOf } from '../../testing/session-values.ts'
import { tf } from '../../tf.ts'
import { loadShaders } from './loaded.ts'
import { webgpuNetworkOf } from './session.ts'

const EMBEDDING = 16
const backboneNamed = (name: string) => backboneByName(name, EMBEDDING)

beforeAll(locateWasmFiles)

async function onWebgpu(name: string) {
  await useBackend('webgpu')
  return webgpuNetworkOf(backboneNamed(name), await loadShaders())
}

async function onWasm(name: string) {
  await useBackend('wasm')
  return networkOf(backboneNamed(name))
}

describe('a session on WebGPU', { timeout: 120_000 }, () => {
  it.each([
    ['tiny', { batch: 3, height: 17, width: 16 }],
    ['osnet_x0_25', { batch: 8, height: 32, width: 16 }],
  ] as const)('computes for %s at %o what WebAssembly computes', async (name, shape) => {
    const expected = await valuesOf(await onWasm(name), shape)
    const actual = await valuesOf(await onWebgpu(name), shape)
    const found = deviations(actual, expected)
    expect(Object.entries(found).filter(([, deviation]) => !(deviation < 1e-4))).toEqual([])
  })

  it('follows the loss curve of WebAssembly over 20 steps', async () => {
    const expected = await lossCurve(await onWasm('tiny'), { rate: 0.05 })
    const actual = await lossCurve(await onWebgpu('tiny'), { rate: 0.05 })
    expect(actual).toEqual(expected.map((loss) => expect.closeTo(loss, 3)))
  })

  it('keeps no tensor and no byte', async () => {
    const network = await onWebgpu('tiny')
    const first = await lossCurve(network, { rate: 0.05, steps: 5 })
    const before = tf.memory()
    expect(await lossCurve(network, { rate: 0.05, steps: 30 })).toEqual(expect.arrayContaining([...first]))
    expect(tf.memory().numTensors).toBe(before.numTensors)
    expect(tf.memory().numBytes).toBe(before.numBytes)
  })
})
