import { LearnerError } from '../../learner-error.ts'
import { REGIONS, type Region } from './prelude.ts'

/** The buffers of one session. They grow with what is planned, and then what was bound before is stale. */
export interface DeviceMemory {
  readonly buffers: Readonly<Record<Region, GPUBuffer>>
  /** Changes whenever a buffer becomes another one. */
  readonly generation: number
  /** Makes room for that many numbers, of four bytes by default; what was there is lost where there was less. */
  fit(region: Region, numbers: number, bytesEach?: number): void
  /** Throws `LearnerError` ('out-of-memory') when the device is known to have refused a buffer. */
  refuseFailed(): void
  /** The same once the device has answered for all buffers. */
  settled(): Promise<void>
  bytes(): number
  dispose(): void
}

/** Bindings have some size; WebGPU wants multiples of four bytes. */
const LEAST_BYTES = 64

export function openMemory(device: GPUDevice): DeviceMemory {
  const buffers = {} as Record<Region, GPUBuffer>
  let generation = 0
  let failure: LearnerError | undefined
  let answers: Promise<void> = Promise.resolve()

  const create = (region: Region, bytes: number) => {
    device.pushErrorScope('out-of-memory')
    device.pushErrorScope('validation')
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST
    const buffer = device.createBuffer({ label: region, size: bytes, usage })
    const errors = Promise.all([device.popErrorScope(), device.popErrorScope()])
    answers = Promise.all([answers, errors]).then(([, found]) => {
      const error = found.find((one) => one !== null)
      if (error) failure ??= outOfMemory(bytes, error.message)
    })
    return buffer
  }
  const memory: DeviceMemory = {
    buffers,
    get generation() {
      return generation
    },
    fit(region, numbers, bytesEach = 4) {
      const bytes = Math.max(LEAST_BYTES, Math.ceil((numbers * bytesEach) / 4) * 4)
      const known: GPUBuffer | undefined = buffers[region]
      if (known && known.size >= bytes) return
      known?.destroy()
      buffers[region] = create(region, bytes)
      generation++
    },
    refuseFailed() {
      if (failure) throw failure
    },
    async settled() {
      await answers
      memory.refuseFailed()
    },
    bytes: () => Object.values(buffers).reduce((sum, buffer) => sum + buffer.size, 0),
    dispose() {
      for (const buffer of Object.values(buffers)) buffer.destroy()
    },
  }
  for (const region of REGIONS) memory.fit(region, 0)
  return memory
}

/** The error of a device that has no room for that many bytes. */
export function outOfMemory(bytes: number, why: string): LearnerError {
  const mebibytes = Math.ceil(bytes / 2 ** 20)
  return new LearnerError(
    'out-of-memory',
    `The graphics device has no ${mebibytes} MiB for a batch. Use smaller batches or images, or close other tabs. ${why}`,
  )
}
