import type { Kernel } from '@passerby/backbones'

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

/** An instance with a memory of its own. Throws `TypeError` for a module that is not `kernels/`. */
export function instantiate(kernels: WebAssembly.Module): Instance {
  const memory = new WebAssembly.Memory({ initial: 1 })
  const { exports } = new WebAssembly.Instance(kernels, { env: { memory } })
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
