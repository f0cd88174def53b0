/**
 * All that we use of TensorFlow.js's WebGPU backend and that is no documented API (4.22): its device, the buffer behind a
 * tensor, and the commands that it gathers before it submits them.
 */
import { tf, WebGPUBackend } from '../../tf.ts'

export interface TfjsDevice {
  readonly device: GPUDevice
  /** Submits what TensorFlow.js has gathered, so that commands of ours come after it. */
  flush(): void
  /** The numbers of a tensor on the device, as long as it is not disposed. `flush` before commands that read them. */
  bufferOf(tensor: tf.Tensor): GPUBuffer
  /** A tensor of float32 that is the caller's, with the buffer that commands of ours fill. */
  emptyTensor(shape: [number, number]): { readonly tensor: tf.Tensor2D; readonly buffer: GPUBuffer }
}

/** Throws `TypeError` when WebGPU is not the current backend. */
export function tfjsDevice(): TfjsDevice {
  const backend = tf.backend()
  if (!(backend instanceof WebGPUBackend)) throw new TypeError('tfjsDevice: another backend than WebGPU is current')
  const bufferOf = ({ dataId }: tf.TensorInfo) => {
    backend.uploadToGPU(dataId)
    const { resource } = backend.tensorMap.get(dataId)
    if (!(resource instanceof GPUBuffer)) throw new TypeError('tfjsDevice: a tensor without a buffer')
    return resource
  }
  return {
    device: backend.device,
    flush() {
      // Declared private: without it there is nothing to submit.
      const gathered: object = backend
      if (!('commandEncoder' in gathered) || !gathered.commandEncoder) return
      backend.endComputePassEncoder()
      backend.submitQueue()
    },
    bufferOf,
    emptyTensor(shape) {
      const made = backend.makeTensorInfo(shape, 'float32')
      const buffer = bufferOf(made)
      return { tensor: tf.engine().makeTensorFromTensorInfo(made) as tf.Tensor2D, buffer }
    },
  }
}
