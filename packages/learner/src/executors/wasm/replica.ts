/**
 * Runs a backbone's plans on one thread: weights, their gradient and the optimiser's state stay in one memory from step to
 * step. Plans for several batch sizes share its arena, since only one runs at a time.
 */
import { countParameters } from '@passerby/backbones'
import type { Backbone, PassShape, StepPlan, Task } from '@passerby/backbones'
import { remembering } from '../remembering.ts'
import { instantiate, type Batchmates } from './instance.ts'
import { layOut } from './memory.ts'
import { createOptimiserPass, type OptimiserPass } from './optimiser-pass.ts'
import { planShare } from './share-memory.ts'

/** Views of its memory last until it plans for another shape. */
export interface Replica {
  /** Copies weights, then running statistics in, and forgets the optimiser's state. Throws `RangeError` for other lengths. */
  load(parameters: Float32Array): void
  /** Weights, then running statistics; zero before a `load`. */
  parameters(): Float32Array
  gradient(): Float32Array
  /** Of the last batch in training, flat as running statistics are. */
  statistics(): Float32Array
  /** Throws `RangeError` for a shape that cannot be planned for, and `LearnerError` ('out-of-memory'). */
  plan(shape: PassShape): ReplicaPlan
  update(...step: Parameters<OptimiserPass['step']>): void
  bytes(): number
}

/** What to do for batches of one shape: write the images, `forward`, read the embeddings, write their gradient, `backward`. */
export interface ReplicaPlan {
  images(): Float32Array
  embeddings(): Float32Array
  dEmbeddings(): Float32Array
  forward(): void
  /** Fills the gradient of the weights. */
  backward(): void
}

/** Sees every kernel call and its milliseconds. */
export type KernelWatch = (task: Task, milliseconds: number) => void

export interface ReplicaOptions {
  /** The compiled module, `dist/kernels.wasm`. */
  readonly kernels: WebAssembly.Module
  readonly batchmates?: Batchmates
  readonly watch?: KernelWatch
}

/** Two batch sizes, in training and in inference, for two sizes of image. */
const PLANS = 8

export function createReplica(backbone: Backbone, { kernels, batchmates, watch }: ReplicaOptions): Replica {
  const instance = instantiate(kernels, batchmates)
  const regions = layOut(instance.memory, instance.heapBase, countParameters(backbone))
  const optimiserPass = createOptimiserPass(instance, regions)
  const plans = remembering<ReplicaPlan>(PLANS)
  const whole = (region: 'parameters' | 'gradient' | 'statistics') => () => regions.view(regions.all(region))

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

  const planned = (plan: StepPlan): ReplicaPlan => {
    const runBackward = bind(plan.backward)
    return {
      images: () => regions.view(plan.images),
      embeddings: () => regions.view(plan.embeddings),
      dEmbeddings: () => regions.view(plan.dEmbeddings),
      forward: bind(plan.forward),
      backward() {
        whole('gradient')().fill(0)
        runBackward()
      },
    }
  }

  return {
    parameters: whole('parameters'),
    gradient: whole('gradient'),
    statistics: whole('statistics'),
    update: (optimiser, rate) => optimiserPass.step(optimiser, rate),
    bytes: () => regions.bytes(),
    load(parameters) {
      refuseOther('load', parameters, regions.all('parameters').size)
      whole('parameters')().set(parameters)
      optimiserPass.reset()
    },
    plan(shape) {
      const { batch, height, width, training, share } = shape
      const key = [batch, height, width, training, share?.whole, share?.largest].join()
      return plans.of(key, () => {
        const plan = planShare(backbone, shape)
        regions.fitArena(plan.sizes.arena)
        return planned(plan)
      })
    },
  }
}

/** Throws `RangeError` unless there are as many values as expected. */
export function refuseOther(what: string, values: Float32Array, size: number): void {
  if (values.length !== size) throw new RangeError(`${what}: ${values.length} values where ${size} are planned for`)
}
