/** What memory a thread holds, seen from outside: at the constructors of WebAssembly memories and of device buffers. */
import { watchMethod } from './watch-method.ts'

export interface HeldMemory {
  /** All WebAssembly memories that are in use; they never shrink. */
  readonly wasmBytes: number
  /** All buffers of graphics devices that are not destroyed. */
  readonly deviceBytes: number
  /** The most that they ever were. */
  readonly deviceBytesAtMost: number
}

const memories = new Set<WeakRef<WebAssembly.Memory>>()
const device = { bytes: 0, most: 0 }
let watching = false

/** Call before a backend starts. */
export function watchMemory(): void {
  if (watching) return
  watching = true
  watchWebAssembly()
  if (typeof GPUDevice !== 'undefined') watchDevices()
}

/** Of this thread since `watchMemory`. */
export function heldMemory(): HeldMemory {
  const buffers = new Set([...memories].map((one) => one.deref()?.buffer))
  return {
    wasmBytes: [...buffers].reduce((sum, buffer) => sum + (buffer?.byteLength ?? 0), 0),
    deviceBytes: device.bytes,
    deviceBytesAtMost: device.most,
  }
}

/** A memory is made by itself, or comes out of an instance that has one of its own. */
function watchWebAssembly(): void {
  const { Memory, Instance, instantiate, instantiateStreaming } = WebAssembly
  const noteExports = ({ exports }: WebAssembly.Instance) => {
    for (const one of Object.values(exports)) if (one instanceof Memory) memories.add(new WeakRef(one))
  }
  const noteResult = <T extends object>(result: T): T => {
    const instance: unknown = 'instance' in result ? result.instance : result
    if (instance instanceof Instance) noteExports(instance)
    return result
  }
  WebAssembly.Memory = new Proxy(Memory, {
    construct(target, [descriptor]: [WebAssembly.MemoryDescriptor]) {
      const memory = new target(descriptor)
      memories.add(new WeakRef(memory))
      return memory
    },
  })
  Object.assign(WebAssembly, {
    instantiate: async (...call: Parameters<typeof instantiate>) => noteResult(await instantiate(...call)),
    instantiateStreaming: async (...call: Parameters<typeof instantiateStreaming>) =>
      noteResult(await instantiateStreaming(...call)),
  })
}

function watchDevices(): void {
  const alive = new WeakSet<GPUBuffer>()
  watchMethod<GPUDevice, unknown[], GPUBuffer>(GPUDevice.prototype, 'createBuffer', ({ result }) => {
    alive.add(result)
    device.bytes += result.size
    device.most = Math.max(device.most, device.bytes)
  })
  watchMethod(GPUBuffer.prototype, 'destroy', ({ self }) => {
    if (alive.delete(self)) device.bytes -= self.size
  })
}
