import { describe, expect, it } from 'vitest'
import { tf } from '../tf.ts'
import { loadedShaders } from '../executors/webgpu/loaded.ts'
import { tfjsDevice } from '../executors/webgpu/tfjs-device.ts'
import { useBackend } from './use-backend.ts'

describe("TensorFlow.js's WebGPU device", { timeout: 120_000 }, () => {
  it('has what its adapter has of what we want, and stores float16 where told to and able to', async () => {
    await useBackend('webgpu')
    const { device } = tfjsDevice()
    const adapter = await navigator.gpu.requestAdapter()
    for (const feature of ['timestamp-query', 'shader-f16'] as const) {
      expect(device.features.has(feature)).toBe(adapter?.features.has(feature))
    }
    expect(device.limits.maxBufferSize).toBe(adapter?.limits.maxBufferSize)
    expect(loadedShaders()?.storage).toBe('f32')

    const halved = useBackend('webgpu', { storage: 'f16' })
    if (device.features.has('shader-f16')) {
      await halved
      expect(loadedShaders()?.storage).toBe('f16')
    } else {
      await expect(halved).rejects.toThrow(
        expect.objectContaining({ code: 'no-backend', message: expect.stringMatching(/shader-f16/) }),
      )
    }
    expect(tf.getBackend()).toBe('webgpu')
    expect(tfjsDevice().device).toBe(device)
  })
})
