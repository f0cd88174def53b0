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
  const restore = [
    watch<[]>(GPUComputePassEncoder.prototype, 'dispatchWorkgroups', () => void counts.dispatches++),
    watch<[]>(GPUComputePassEncoder.prototype, 'dispatchWorkgroupsIndirect', () => void counts.dispatches++),
    watch<[]>(GPUQueue.prototype, 'submit', () => void counts.submits++),
    watch<WriteBuffer>(GPUQueue.prototype, 'writeBuffer', (_, [, , values, offset = 0, size]) => {
      const unit = ArrayBuffer.isView(values) && 'BYTES_PER_ELEMENT' in values ? Number(values.BYTES_PER_ELEMENT) : 1
      counts.uploaded += unit * (size ?? values.byteLength / unit - offset)
    }),
    watch<[GPUBufferDescriptor]>(GPUDevice.prototype, 'createBuffer', (_, [{ mappedAtCreation, size }]) => {
      if (mappedAtCreation) counts.uploaded += size
    }),
    watch<[number, number?, number?]>(GPUBuffer.prototype, 'mapAsync', (buffer, [mode, offset = 0, size]) => {
      if ((mode & GPUMapMode.READ) !== 0) counts.readBack += size ?? buffer.size - offset
    }),
  ]
  try {
    await run()
    return counts
  } finally {
    for (const undo of restore) undo()
  }
}

type WriteBuffer = [GPUBuffer, number, ArrayBuffer | ArrayBufferView, number?, number?]

/** Shows `seen` every call of a method, with its object and arguments. Gives what undoes it. */
function watch<Arguments extends readonly unknown[], Of extends object = GPUBuffer>(
  prototype: object,
  method: string,
  seen: (self: Of, args: Arguments) => void,
): () => void {
  const own: unknown = Reflect.get(prototype, method)
  if (typeof own !== 'function') throw new TypeError(`watch: there is no ${method}`)
  Reflect.set(prototype, method, function (this: Of, ...args: unknown[]) {
    seen(this, args as unknown as Arguments)
    return Reflect.apply(own, this, args)
  })
  return () => void Reflect.set(prototype, method, own)
}
