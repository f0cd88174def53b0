import { isSoftware } from '../../backend/webgpu-adapter.ts'
import { ALL_SHADERS, loadPipelines, type Pipelines } from './pipelines.ts'
import { tfjsDevice } from './tfjs-device.ts'

const loading = new WeakMap<GPUDevice, Promise<Pipelines>>()
const loaded = new WeakMap<GPUDevice, Pipelines>()

/**
 * Compiles all shaders for the device of TensorFlow.js's WebGPU backend, which is current, once per device. Throws an
 * `Error` where one does not compile.
 */
export async function loadShaders(): Promise<Pipelines> {
  const { device } = tfjsDevice()
  const options = { storage: 'f32', software: isSoftware(device.adapterInfo), names: ALL_SHADERS } as const
  const pipelines = loading.get(device) ?? loadPipelines(device, options)
  loading.set(device, pipelines)
  loaded.set(device, await pipelines)
  return pipelines
}

/** The shaders of the current backend's device, if `loadShaders` is done. */
export function loadedShaders(): Pipelines | undefined {
  return loaded.get(tfjsDevice().device)
}
