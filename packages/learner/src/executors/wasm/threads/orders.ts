import type { Backbone, PassShape } from '@passerby/backbones'
import type { Optimiser } from '../../../training/optimiser.ts'
import type { ExchangeMemory, Member } from './exchange.ts'

/** What the thread that trains tells the others. They obey in order, and answer through memory. */
export type Order =
  | { readonly order: 'greet'; readonly bell: Bell }
  | ({
      readonly order: 'open'
      readonly backbone: Backbone
      readonly kernels: WebAssembly.Module
      readonly exchange: ExchangeMemory
      readonly patienceMs: number
    } & Member &
      ForExecutor)
  | ({ readonly order: 'close' } & ForExecutor)
  | ({ readonly order: 'load'; readonly parameters: Float32Array } & ForExecutor)
  | ({ readonly order: 'forward'; readonly shape: PassShape; readonly batch: BatchMemory } & ForExecutor)
  | ({ readonly order: 'backward' } & ForExecutor)
  | ({ readonly order: 'update'; readonly optimiser: Optimiser; readonly rate: number } & ForExecutor)

/** How many orders were given since the greeting: tells a thread of the next one before its message is delivered. */
export type Bell = Int32Array<SharedArrayBuffer>

interface ForExecutor {
  readonly executor: number
}

/**
 * What a thread answers when it is greeted. From then on it gets orders at once, even while the thread that gave them waits:
 * a page keeps messages back until it knows that a worker's script has run.
 */
export const READY = 'ready'

/** A batch's ends, for all threads: each reads its images and their embeddings' gradient, and writes its embeddings. */
export interface BatchMemory {
  readonly images: Float32Array<SharedArrayBuffer>
  readonly embeddings: Float32Array<SharedArrayBuffer>
  readonly dEmbeddings: Float32Array<SharedArrayBuffer>
}

/** The images of a batch that a thread works on. Threads without any come last. */
export function shareOf(batch: number, { thread, threads }: Member) {
  const sharing = Math.min(batch, threads)
  const start = (thread: number) => Math.min(batch, Math.floor((thread * batch) / sharing))
  const [from, to] = [start(thread), start(thread + 1)]
  return { from, to, sharing, batch: to - from, largest: Math.ceil(batch / sharing) }
}

/** The part of a batch's values that belongs to a share. */
export function partOf<T extends Float32Array>(
  values: T,
  batch: number,
  { from, to }: { readonly from: number; readonly to: number },
) {
  const each = values.length / batch
  return values.subarray(from * each, to * each)
}
