import { isSoftware } from '../../backend/webgpu-adapter.ts'
import { ALL_SHADERS, loadPipelines, type Pipelines } from './pipelines.ts'
import type { Storage } from './prelude.ts'
import { tfjsDevice } from './tfjs-device.ts'

const loading = new WeakMap<GPUDevice, Map<Storage, Promise<Pipelines>>>()
const loaded = new WeakMap<GPUDevice, Pipelines>()

/**
 * Compiles all shaders for the device of TensorFlow.js's WebGPU backend, which is current, once per device and storage.
 * Throws an `Error` where one does not compile, or the device has no float16 to store.
 */
export async function loadShaders(storage: Storage = 'f32'): Promise<Pipelines> {
  const { device } = tfjsDevice()
  if (storage === 'f16' && !device.features.has('shader-f16')) throw new Error('It has no float16 (shader-f16).')
  const known = loading.get(device) ?? new Map<Storage, Promise<Pipelines>>()
  const options = { storage, software: isSoftware(device.adapterInfo), names: ALL_SHADERS }
  const pipelines = known.get(storage) ?? loadPipelines(device, options)
  loading.set(device, known.set(storage, pipelines))
  try {
    loaded.set(device, await pipelines)
  } catch (error) {
    // Another try may go better, as one with more memory at hand.
    if (known.get(storage) === pipelines) known.delete(storage)
    throw error
  }
  return pipelines
}

/** The shaders of the current backend's device that `loadShaders` loaded last, if any. */
export function loadedShaders(): Pipelines | undefined {
  return loaded.get(tfjsDevice().device)
}
