/** How fast training is on a backend and in how many dispatches: the same in Node and in a page. */
import type { Network } from './network/network.ts'
import { openMadeUpTraining, measureSpeed, type Speed, type SpeedOptions, type Workload } from './backend/speed.ts'
import { useBackend, type BackendName } from './backend/use-backend.ts'
import { tf } from './tf.ts'

export interface Benchmark extends Speed {
  readonly backend: BackendName | 'cpu'
  /** Per training step: compute dispatches on WebGPU; elsewhere kernel calls other than renaming a tensor. */
  readonly dispatches: number
}

/** TensorFlow.js kernels that only give data another shape or name. */
const RENAMING: ReadonlySet<string> = new Set(['Reshape', 'Identity', 'Cast', 'ExpandDims'])

/** Times training on one backend, which stays the current one. `cpu` is here to compare with, and trains nowhere else. */
export async function benchmark(
  backend: BackendName | 'cpu',
  { network, workload, ...options }: SpeedOptions & { readonly network: Network; readonly workload: Workload },
): Promise<Benchmark> {
  if (backend === 'cpu') await tf.setBackend(backend)
  else await useBackend(backend)
  const speed = await measureSpeed(network, workload, options)
  return { backend, ...speed, dispatches: await countDispatches(network, workload) }
}

async function countDispatches(network: Network, workload: Workload): Promise<number> {
  const { trainer, batch: made } = openMadeUpTraining(network, workload)
  tf.env().set('CHECK_COMPUTATION_FOR_ERRORS', false)
  try {
    const pass = globalThis.GPUComputePassEncoder?.prototype
    if (tf.getBackend() === 'webgpu' && pass) return await countCalls(pass, () => trainer.step(made).dispose())
    const { kernels } = await tf.profile(() => trainer.step(made).dispose())
    const { batchSize: batch, height, width } = workload
    const counted = kernels.filter(({ name }) => tf.getKernel(name, tf.getBackend()) && !RENAMING.has(name))
    const plan = network.stepPlan({ batch, height, width })
    return counted.length + (plan ? plan.forward.length + plan.backward.length : 0)
  } finally {
    trainer.dispose()
  }
}

/** Calls of `dispatchWorkgroups` while `run` runs and what it queued is computed. */
async function countCalls(pass: GPUComputePassEncoder, run: () => void): Promise<number> {
  // oxlint-disable-next-line typescript/unbound-method -- called with its encoder as `this` below
  const own = pass.dispatchWorkgroups
  let calls = 0
  pass.dispatchWorkgroups = function (this: GPUComputePassEncoder, ...sizes) {
    calls++
    return own.apply(this, sizes)
  }
  try {
    run()
    await tf.backend().read(tf.scalar(0).dataId)
    return calls
  } finally {
    pass.dispatchWorkgroups = own
  }
}
