/**
 * Runs a backbone's plans on WebAssembly. Plans for several batch sizes share one memory, since only one runs at a time.
 */
import { countParameters, planStep } from '@passerby/backbones'
import type { Backbone, Kernel, PlanOptions, StepPlan, Task } from '@passerby/backbones'
import { layOut } from './memory.ts'

/** All buffers are views that the next `forward` may move or overwrite: do not keep them. */
export interface WasmExecutor {
  /** Weights, then running statistics; zero at first, to be set before a `forward`. */
  parameters(): Float32Array
  /** Means and unbiased variances of the last batch in training, flat as running statistics are. */
  statistics(): Float32Array
  /**
   * Embeddings, `batch × embedding`, of normalised images. Throws `RangeError` when the images are not as many as
   * `options` says, or cannot be planned for.
   */
  forward(images: Float32Array, options: PlanOptions): ForwardPass
  /** Bytes of memory held. */
  bytes(): number
}

export interface ForwardPass {
  readonly embeddings: Float32Array
  /**
   * The gradient of the weights, flat, from that of the embeddings. Throws `RangeError` after a later `forward`, a second
   * time, or when the pass was none in training.
   */
  backward(dEmbeddings: Float32Array): Float32Array
}

/** Sees every kernel call and its milliseconds. */
export type KernelWatch = (task: Task, milliseconds: number) => void

interface BoundPlan {
  readonly plan: StepPlan
  readonly forward: () => void
  readonly backward: () => void
}

/** Two batch sizes, in training and in inference, for two sizes of image. */
const PLANS = 8

/** `kernels` is the compiled module, `dist/kernels.wasm`. */
export function createWasmExecutor(backbone: Backbone, kernels: WebAssembly.Module, watch?: KernelWatch): WasmExecutor {
  const instance = instantiate(kernels)
  const regions = layOut(instance.memory, instance.heapBase, countParameters(backbone))
  const plans = new Map<string, BoundPlan>()
  let latest = 0

  const bind = (tasks: readonly Task[]) => {
    const calls = tasks.map((task) => {
      const run = instance.kernel(task.kernel)
      const numbers = [...[...task.reads, ...task.writes].map((span) => regions.address(span)), ...task.sizes]
      if (!watch) return () => run(...numbers)
      return () => {
        const started = performance.now()
        run(...numbers)
        watch(task, performance.now() - started)
      }
    })
    return () => {
      for (const call of calls) call()
    }
  }

  const planFor = (options: PlanOptions): BoundPlan => {
    const { batch, height, width, training } = options
    const key = [batch, height, width, training].join()
    const known = plans.get(key)
    if (known) return known
    const plan = planStep(backbone, options)
    regions.fitArena(plan.sizes.arena)
    const bound = { plan, forward: bind(plan.forward), backward: bind(plan.backward) }
    const [oldest] = plans.keys()
    if (plans.size === PLANS && oldest !== undefined) plans.delete(oldest)
    plans.set(key, bound)
    return bound
  }

  return {
    parameters: () => regions.view(regions.all('parameters')),
    statistics: () => regions.view(regions.all('statistics')),
    bytes: () => regions.bytes(),
    forward(images, options) {
      const { plan, forward, backward } = planFor(options)
      refuseOther('forward', images, plan.images.size)
      const pass = ++latest
      regions.view(plan.images).set(images)
      forward()
      return {
        embeddings: regions.view(plan.embeddings),
        backward(dEmbeddings) {
          if (pass !== latest || !options.training) {
            throw new RangeError('backward: only the last forward in training can be gone back from, once')
          }
          latest++
          refuseOther('backward', dEmbeddings, plan.dEmbeddings.size)
          const gradient = regions.view(regions.all('gradient')).fill(0)
          regions.view(plan.dEmbeddings).set(dEmbeddings)
          backward()
          return gradient
        },
      }
    },
  }
}

type KernelFunction = (...numbers: readonly number[]) => void

/** An instance with a memory of its own. Throws `TypeError` for a module that is not `kernels/`. */
export function instantiate(kernels: WebAssembly.Module) {
  const memory = new WebAssembly.Memory({ initial: 1 })
  const { exports } = new WebAssembly.Instance(kernels, { env: { memory } })
  const { heapBase } = exports
  if (!(heapBase instanceof WebAssembly.Global)) throw new TypeError('instantiate: these are not our kernels')
  return {
    memory,
    /** The first free byte of memory. */
    heapBase: Number(heapBase.value),
    kernel: (name: Kernel): KernelFunction => {
      const found = exports[name]
      if (typeof found !== 'function') throw new TypeError(`instantiate: there is no kernel '${name}'`)
      return found as KernelFunction
    },
  }
}

function refuseOther(what: string, values: Float32Array, size: number): void {
  if (values.length !== size) throw new RangeError(`${what}: ${values.length} values where ${size} are planned for`)
}
