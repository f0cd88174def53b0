import { watchMethod } from './watch-method.ts'

/** What a stretch of work asks of a graphics device, counted at the prototypes of its objects, whoever calls them. */
export interface DeviceCounts {
  readonly dispatches: number
  readonly submits: number
  /** Bytes written to the device: `writeBuffer`, and buffers that are mapped from the start. */
  readonly uploaded: number
  /** Bytes mapped for reading. */
  readonly readBack: number
}

/** Per training step. */
export interface StepCounts {
  /** Kernels that run: TensorFlow.js's, other than those that rename a tensor, and those of a plan. */
  readonly kernels: number
  /** Absent where no graphics device works. */
  readonly device?: DeviceCounts
}

/** Undefined where there is no WebGPU. */
export async function countDeviceCalls(run: () => Promise<void>): Promise<DeviceCounts | undefined> {
  if (typeof GPUComputePassEncoder === 'undefined') {
    await run()
    return undefined
  }
  const counts = { dispatches: 0, submits: 0, uploaded: 0, readBack: 0 }
  const dispatched = () => void counts.dispatches++
  const restore = [
    watchMethod(GPUComputePassEncoder.prototype, 'dispatchWorkgroups', dispatched),
    watchMethod(GPUComputePassEncoder.prototype, 'dispatchWorkgroupsIndirect', dispatched),
    watchMethod(GPUQueue.prototype, 'submit', () => void counts.submits++),
    watchMethod<GPUQueue, WriteBuffer>(GPUQueue.prototype, 'writeBuffer', ({ args }) => {
      const [, , values, offset = 0, size] = args
      const unit = ArrayBuffer.isView(values) && 'BYTES_PER_ELEMENT' in values ? Number(values.BYTES_PER_ELEMENT) : 1
      counts.uploaded += unit * (size ?? values.byteLength / unit - offset)
    }),
    watchMethod<GPUDevice, [GPUBufferDescriptor]>(GPUDevice.prototype, 'createBuffer', ({ args: [buffer] }) => {
      if (buffer.mappedAtCreation) counts.uploaded += buffer.size
    }),
    watchMethod<GPUBuffer, MapBuffer>(GPUBuffer.prototype, 'mapAsync', ({ self, args: [mode, offset = 0, size] }) => {
      if ((mode & GPUMapMode.READ) !== 0) counts.readBack += size ?? self.size - offset
    }),
  ]
  try {
    await run()
    return counts
  } finally {
    for (const undo of restore) undo()
  }
}

type WriteBuffer = [to: GPUBuffer, at: number, values: ArrayBuffer | ArrayBufferView, offset?: number, size?: number]
type MapBuffer = [mode: number, offset?: number, size?: number]
