/**
 * Runs a backbone's plans on WebAssembly: weights, their gradient and the optimiser's state stay in one memory from step
 * to step. Plans for several batch sizes share its arena, since only one runs at a time.
 */
import { countParameters, planStep } from '@passerby/backbones'
import type { Backbone, PassShape, StepPlan, Task } from '@passerby/backbones'
import type { Optimiser } from '../../training/optimiser.ts'
import { instantiate } from './instance.ts'
import { layOut } from './memory.ts'
import { createOptimiserPass } from './optimiser-pass.ts'
import { WASM_ARENA } from './workspace.ts'

/** All buffers are views that the next `forward` may move or overwrite: do not keep them. */
export interface WasmExecutor {
  /** Copies weights, then running statistics in, and forgets the optimiser's state. Throws `RangeError` for other lengths. */
  load(parameters: Float32Array): void
  /** Weights, then running statistics; zero before a `load`. */
  parameters(): Float32Array
  /** Embeddings of the images that `place` writes. Throws `RangeError` when they cannot be planned for. */
  forward(shape: PassShape, place: PlaceImages): ForwardPass
  /** One step of the optimiser by the gradient of the last `backward`, and of running statistics by its batch. */
  update(optimiser: Optimiser, rate: number): void
  /** Bytes of memory held. */
  bytes(): number
}

/** Writes images `from` to `to` of a batch, `[to − from, height, width, 3]`, normalised, over whatever was there. */
export type PlaceImages = (images: Float32Array, from: number, to: number) => void

export interface ForwardPass {
  /** `batch × embedding` */
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
  const optimiserPass = createOptimiserPass(instance, regions)
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

  const planFor = ({ batch, height, width, training }: PassShape): BoundPlan => {
    const key = [batch, height, width, training].join()
    const known = plans.get(key)
    if (known) return known
    const plan = planStep(backbone, { batch, height, width, training, ...WASM_ARENA })
    regions.fitArena(plan.sizes.arena)
    const bound = { plan, forward: bind(plan.forward), backward: bind(plan.backward) }
    const [oldest] = plans.keys()
    if (plans.size === PLANS && oldest !== undefined) plans.delete(oldest)
    plans.set(key, bound)
    return bound
  }

  return {
    load(parameters) {
      refuseOther('load', parameters, regions.all('parameters').size)
      regions.view(regions.all('parameters')).set(parameters)
      optimiserPass.reset()
    },
    parameters: () => regions.view(regions.all('parameters')),
    update: (optimiser, rate) => optimiserPass.step(optimiser, rate),
    bytes: () => regions.bytes(),
    forward(shape, place) {
      const { plan, forward, backward } = planFor(shape)
      const pass = ++latest
      place(regions.view(plan.images), 0, shape.batch)
      forward()
      return {
        embeddings: regions.view(plan.embeddings),
        backward(dEmbeddings) {
          if (pass !== latest || !shape.training) {
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

function refuseOther(what: string, values: Float32Array, size: number): void {
  if (values.length !== size) throw new RangeError(`${what}: ${values.length} values where ${size} are planned for`)
}
