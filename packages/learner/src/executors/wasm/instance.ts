import type { Kernel } from '@passerby/backbones'
import type { Exchange } from './threads/exchange.ts'

/** What the module has beside a plan's kernels. */
type Optimising = 'squaredNorm' | 'sgd' | 'adam' | 'moveTowards'

export type KernelFunction = (...numbers: readonly number[]) => unknown

/** An instance of the kernels. */
export interface Instance {
  readonly memory: WebAssembly.Memory
  /** The first free byte of memory. */
  readonly heapBase: number
  /** Takes byte addresses of operands, then sizes. Throws `TypeError` when there is none of that name. */
  kernel(name: Kernel | Optimising): KernelFunction
}

/** What batch norm's kernels ask of the other threads that run the same batch; each gives the rows of all. */
export type Batchmates = Pick<Exchange, 'moments' | 'sums'>

const ALONE: Batchmates = { moments: (_, rows) => rows, sums: (_, rows) => rows }

/** An instance with a memory of its own. Throws `TypeError` for a module that is not `kernels/`. */
export function instantiate(kernels: WebAssembly.Module, { moments, sums }: Batchmates = ALONE): Instance {
  const memory = new WebAssembly.Memory({ initial: 1 })
  // WebAssembly hands addresses out as signed integers: those beyond 2 GiB are negative.
  const numbers = (address: number, count: number) => new Float32Array(memory.buffer, address >>> 0, count)
  const env = {
    memory,
    shareMoments: (address: number, channels: number, rows: number) => moments(numbers(address, 2 * channels), rows),
    shareSums: (address: number, channels: number, rows: number) => sums(numbers(address, 2 * channels), rows),
  }
  const { exports } = new WebAssembly.Instance(kernels, { env })
  const { heapBase } = exports
  if (!(heapBase instanceof WebAssembly.Global)) throw new TypeError('instantiate: these are not our kernels')
  return {
    memory,
    heapBase: Number(heapBase.value),
    kernel: (name) => {
      const found = exports[name]
      if (typeof found !== 'function') throw new TypeError(`instantiate: there is no kernel '${name}'`)
      return found as KernelFunction
    },
  }
}
