import type { Backbone, PassShape } from '@passerby/backbones'
import { createReplica, type Replica } from '../replica.ts'
import { openExchange, type ExchangeMemory, type Member } from './exchange.ts'
import { partOf, shareOf, type BatchMemory } from './orders.ts'

/** One thread's part in an executor that several run: all take the same calls in the same order. */
export interface SharedReplica extends Pick<Replica, 'load' | 'parameters' | 'gradient' | 'update' | 'bytes'> {
  /** Plans for a shape, as `forward` would: throws `RangeError` where that cannot be. */
  prepare(shape: PassShape): void
  /** Embeds this thread's images, which the caller's has placed when it calls this, and waits for the others. */
  forward(shape: PassShape, batch: BatchMemory): void
  /** Goes back from the last `forward`; all threads end up with the gradient of all. */
  backward(): void
}

export interface SharedReplicaOptions extends Member {
  readonly kernels: WebAssembly.Module
  readonly exchange: ExchangeMemory
  readonly patienceMs: number
}

/** What fails on one thread fails with `LearnerError` ('thread-lost') on the others. */
export function createSharedReplica(backbone: Backbone, options: SharedReplicaOptions): SharedReplica {
  const exchange = openExchange(options.exchange, options)
  const replica = createReplica(backbone, { kernels: options.kernels, batchmates: exchange })
  let goBack: (() => void) | undefined

  /** Others wait for this thread: when it fails, they have to know. */
  const orLose = (work: () => void) => {
    try {
      work()
    } catch (error) {
      exchange.lose()
      throw error
    }
  }

  const planOf = (shape: PassShape) => {
    const { batch, largest, ...share } = shareOf(shape.batch, options)
    if (batch === 0) return undefined
    return { ...share, plan: replica.plan({ ...shape, batch, share: { whole: shape.batch, largest } }) }
  }

  return {
    ...replica,
    prepare: (shape) => void planOf(shape),
    forward: (shape, batch) =>
      orLose(() => {
        goBack = undefined
        const planned = planOf(shape)
        if (!planned) return
        const { plan, sharing } = planned
        const part = (values: Float32Array) => partOf(values, shape.batch, planned)
        exchange.share(sharing)
        exchange.meet()
        plan.images().set(part(batch.images))
        plan.forward()
        part(batch.embeddings).set(plan.embeddings())
        exchange.meet()
        goBack = () => {
          plan.dEmbeddings().set(part(batch.dEmbeddings))
          plan.backward()
        }
      }),
    backward: () =>
      orLose(() => {
        if (goBack) goBack()
        else replica.gradient().fill(0)
        goBack = undefined
        exchange.conclude(replica.gradient(), replica.statistics())
      }),
  }
}
