import { channelsOf, countParameters, embeddingSize, type Backbone, type PassShape } from '@passerby/backbones'
import { passTurns, type WasmExecutor } from './executor.ts'
import { refuseOther } from './replica.ts'
import { exchangeMemory } from './threads/exchange.ts'
import type { BatchMemory } from './threads/orders.ts'
import { createSharedReplica } from './threads/shared-replica.ts'
import type { Threads } from './threads/threads.ts'

const FLOAT = Float32Array.BYTES_PER_ELEMENT

/** Numbers for executors, so that orders for one do not reach another. */
let opened = 0

/** Executors that nobody holds any more leave their memory in every thread. */
const abandoned = new FinalizationRegistry<() => unknown>((close) => close())

/**
 * The same as `createWasmExecutor` gives, with every batch shared among threads. Each has parameters of its own and moves
 * them in the same way, so that only sums travel. Calls throw `LearnerError` ('thread-lost') when a thread has stopped.
 */
export function createThreadedExecutor(
  backbone: Backbone,
  kernels: WebAssembly.Module,
  threads: Threads,
): WasmExecutor {
  const executor = opened++
  const { weight: weights, statistic: statistics } = countParameters(backbone)
  const channels = Math.max(...channelsOf(backbone).values())
  const exchange = exchangeMemory({ threads: threads.count, weights, statistics, channels })
  const member = (thread: number) => ({
    thread,
    threads: threads.count,
    kernels,
    exchange,
    patienceMs: threads.patienceMs,
  })
  threads.post((thread) => ({ order: 'open', executor, backbone, ...member(thread) }))
  const own = createSharedReplica(backbone, member(0))
  const turns = passTurns()
  let memory = new SharedArrayBuffer(0)

  /** The memory grows to the largest batch. */
  const batchMemory = ({ batch, height, width }: PassShape): BatchMemory => {
    const [images, embeddings] = [batch * height * width * 3, batch * embeddingSize(backbone)]
    const bytes = FLOAT * (images + 2 * embeddings)
    if (memory.byteLength < bytes) memory = new SharedArrayBuffer(bytes)
    return {
      images: new Float32Array(memory, 0, images),
      embeddings: new Float32Array(memory, FLOAT * images, embeddings),
      dEmbeddings: new Float32Array(memory, FLOAT * (images + embeddings), embeddings),
    }
  }

  /** Where this thread fails, no order finds the others as they should be. */
  const orMiss = (work: () => void) => {
    try {
      work()
    } catch (error) {
      threads.miss(error)
      throw error
    }
  }

  const result: WasmExecutor = {
    parameters: () => own.parameters(),
    gradient: () => own.gradient(),
    bytes: () => own.bytes() * threads.count,
    load(parameters) {
      own.load(parameters)
      threads.post(() => ({ order: 'load', executor, parameters }))
    },
    forward(shape, place) {
      own.prepare(shape)
      const goBack = turns.start(shape)
      const batch = batchMemory(shape)
      threads.post(() => ({ order: 'forward', executor, shape, batch }))
      try {
        // While the others wake up.
        place(batch.images)
      } finally {
        // Whatever was placed, they cannot do without this one.
        orMiss(() => own.forward(shape, batch))
      }
      return {
        embeddings: batch.embeddings,
        backward(dEmbeddings) {
          goBack()
          refuseOther('backward', dEmbeddings, batch.dEmbeddings.length)
          batch.dEmbeddings.set(dEmbeddings)
          threads.post(() => ({ order: 'backward', executor }))
          orMiss(() => own.backward())
          return own.gradient()
        },
      }
    },
    update(optimiser, rate) {
      threads.post(() => ({ order: 'update', executor, optimiser, rate }))
      own.update(optimiser, rate)
    },
  }
  abandoned.register(result, () => threads.lost() ?? threads.post(() => ({ order: 'close', executor })))
  return result
}
