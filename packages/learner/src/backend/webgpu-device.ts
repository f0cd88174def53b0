import { tf, WebGPUBackend } from '../tf.ts'

/** Features that are asked for where an adapter has them: timing kernels, and numbers of 16 bits. */
const WANTED = ['timestamp-query', 'shader-f16'] as const

let registered = false

/**
 * Has TensorFlow.js's WebGPU backend start on a device that has `WANTED` too, which it does not ask for by itself, and
 * with all the memory and invocations that the adapter allows, as it does.
 */
export function registerWebgpu(): void {
  if (registered) return
  registered = true
  tf.removeBackend('webgpu')
  tf.registerBackend('webgpu', async () => {
    const adapter = await navigator.gpu.requestAdapter({ powerPreference: 'high-performance' })
    if (!adapter) throw new Error('There is no adapter.')
    const { limits } = adapter
    const device = await adapter.requestDevice({
      requiredFeatures: WANTED.filter((feature) => adapter.features.has(feature)),
      requiredLimits: {
        maxComputeWorkgroupStorageSize: limits.maxComputeWorkgroupStorageSize,
        maxComputeWorkgroupsPerDimension: limits.maxComputeWorkgroupsPerDimension,
        maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize,
        maxBufferSize: limits.maxBufferSize,
        maxComputeWorkgroupSizeX: limits.maxComputeWorkgroupSizeX,
        maxComputeInvocationsPerWorkgroup: limits.maxComputeInvocationsPerWorkgroup,
      },
    })
    return new WebGPUBackend(device, adapter.info)
  })
}
