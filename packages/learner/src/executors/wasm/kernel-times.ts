import { embeddingSize, initialise, type Backbone, type Kernel } from '@passerby/backbones'
import { createWasmExecutor } from './executor.ts'
import { loadKernels } from './kernel-module.ts'

export interface KernelTime {
  readonly kernel: Kernel
  /** Per training step. */
  readonly calls: number
  readonly milliseconds: number
}

export interface KernelTimesOptions {
  readonly height: number
  readonly width: number
  readonly batchSize: number
  /** Timed steps, after two that are not. */
  readonly steps: number
}

/**
 * Where the time of a planned training step goes on WebAssembly, the largest part first. Of each call the fastest of all
 * steps counts, so that whatever else the machine does stays out.
 */
export async function timeKernels(backbone: Backbone, options: KernelTimesOptions): Promise<readonly KernelTime[]> {
  const { height, width, batchSize, steps } = options
  const fastest: { kernel: Kernel; milliseconds: number }[] = []
  let call = 0
  const executor = createWasmExecutor(backbone, await loadKernels(), ({ kernel }, milliseconds) => {
    const known = fastest[call++]
    if (!known) fastest.push({ kernel, milliseconds })
    else known.milliseconds = Math.min(known.milliseconds, milliseconds)
  })
  executor.load(initialise(backbone, 1))
  const images = Float32Array.from({ length: batchSize * height * width * 3 }, (_, index) => Math.sin(index * 0.37))
  const direction = Float32Array.from({ length: batchSize * embeddingSize(backbone) }, (_, index) => Math.cos(index))
  for (let step = 0; step < steps + 2; step++) {
    if (step === 2) fastest.length = 0
    call = 0
    const pass = executor.forward({ batch: batchSize, height, width, training: true }, (into) => into.set(images))
    pass.backward(direction)
  }
  const sums = new Map<Kernel, KernelTime>()
  for (const { kernel, milliseconds } of fastest) {
    const sum = sums.get(kernel) ?? { kernel, calls: 0, milliseconds: 0 }
    sums.set(kernel, { kernel, calls: sum.calls + 1, milliseconds: sum.milliseconds + milliseconds })
  }
  return [...sums.values()].sort((a, b) => b.milliseconds - a.milliseconds)
}
