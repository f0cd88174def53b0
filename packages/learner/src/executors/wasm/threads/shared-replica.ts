import type { Backbone, PassShape } from '@passerby/backbones'
import { createReplica, type Replica } from '../replica.ts'
import { openExchange, type ExchangeMemory, type Member } from './exchange.ts'
import { partOf, shareOf, type BatchMemory } from './orders.ts'

/** One thread's part in an executor that several run: all take the same calls in the same order. */
export interface SharedReplica extends Pick<Replica, 'load' | 'parameters' | 'gradient' | 'update' | 'bytes'> {
  /** Embeds this thread's images, and waits for the others. */
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

  return {
    ...replica,
    forward: (shape, batch) =>
      orLose(() => {
        goBack = undefined
        const share = shareOf(shape.batch, options)
        if (share.batch === 0) return
        exchange.share(share.sharing)
        const part = (values: Float32Array) => partOf(values, shape.batch, share)
        const plan = replica.plan({
          ...shape,
          batch: share.batch,
          share: { whole: shape.batch, largest: share.largest },
        })
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
