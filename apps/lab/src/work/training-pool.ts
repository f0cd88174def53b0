/** Learners in worker threads: clients train and images are embedded there, the figures come back. */
import type { PixelSet } from '@passerby/crops'
import type { DistillationTask, Params, ServerLearner, SoftTargets } from '@passerby/federation'
import type { LocalOutcome, LocalTask, PublicPixels } from '@passerby/participant'
import type { Memory, Workplace } from '../simulate/play-round.ts'
import type { BackboneChoice } from './models.ts'
import { workerPool } from './worker-pool.ts'

/** What a worker is started with. Pixels are in shared memory, so every worker has every client at no cost. */
export interface TrainingWorkerData {
  readonly choice: BackboneChoice
  readonly clients: ReadonlyMap<string, PixelSet>
  readonly images: ReadonlyMap<string, PixelSet>
}

export type TrainingJob =
  | { readonly type: 'train'; readonly client: string; readonly task: LocalTask; readonly memory: Memory }
  /** Embeds images `from` to `to` of a set. */
  | {
      readonly type: 'embed'
      readonly set: string
      readonly from: number
      readonly to: number
      readonly backbone: Float32Array
    }
  | ({ readonly type: 'softTargets'; readonly targets: SoftTargets } & ServerJob)
  | ({ readonly type: 'distil'; readonly task: DistillationTask } & ServerJob)

/** What the server's learner is made of, and the model that it looks at. Pixels in shared memory are not copied. */
interface ServerJob {
  readonly publicSet: PublicPixels
  readonly seed: number
  readonly model: Params
}

export type TrainingResult =
  | { readonly type: 'trained'; readonly outcome: LocalOutcome; readonly memory: Memory }
  | { readonly type: 'embedded'; readonly embeddings: Float32Array }
  | { readonly type: 'targets'; readonly targets: Float32Array }
  | { readonly type: 'distilled'; readonly model: Params }

/** Turns the images of a set, by its name, into embeddings: row-major, flip-summed, of length 1. Tells how many more are done. */
export interface Embedder {
  embed(set: string, backbone: Params, onImages?: (images: number) => void): Promise<Float32Array>
}

export interface TrainingPool extends Workplace, Embedder {
  close(): Promise<void>
}

export interface TrainingPoolOptions extends TrainingWorkerData {
  /** Number of worker threads. */
  readonly size: number
}

/** Images embedded by one job: large enough to keep a worker busy, small enough to share them out. */
const IMAGES_PER_JOB = 256

export function trainingPool({ size, choice, clients, images }: TrainingPoolOptions): TrainingPool {
  const workerData: TrainingWorkerData = { choice, clients: allShared(clients), images: allShared(images) }
  const file = new URL('./training-worker.ts', import.meta.url)
  const pool = workerPool<TrainingJob, TrainingResult>(file, { size, workerData })
  return {
    async train(client, task, memory) {
      const result = await pool.run({ type: 'train', client, task, memory })
      if (result.type !== 'trained') throw new RangeError('train: the worker did something else')
      return result
    },
    serverLearner: (publicSet, seed): ServerLearner => ({
      async softTargets(model, targets) {
        const result = await pool.run({ type: 'softTargets', publicSet, seed, model, targets })
        if (result.type !== 'targets') throw new RangeError('softTargets: the worker did something else')
        return result.targets
      },
      async distil(model, task) {
        const result = await pool.run({ type: 'distil', publicSet, seed, model, task })
        if (result.type !== 'distilled') throw new RangeError('distil: the worker did something else')
        return result.model
      },
    }),
    async embed(set, backbone, onImages) {
      const count = images.get(set)?.names.length ?? 0
      const embeddings = new Float32Array(count * choice.embedding)
      const starts = Array.from({ length: Math.ceil(count / IMAGES_PER_JOB) }, (_, job) => job * IMAGES_PER_JOB)
      await Promise.all(
        starts.map(async (from) => {
          const to = Math.min(from + IMAGES_PER_JOB, count)
          const result = await pool.run({ type: 'embed', set, from, to, backbone: backbone.values })
          if (result.type !== 'embedded') throw new RangeError('embed: the worker did something else')
          embeddings.set(result.embeddings, from * choice.embedding)
          onImages?.(to - from)
        }),
      )
      return embeddings
    },
    close: () => pool.close(),
  }
}

/** The same sets with their pixels in shared memory. */
function allShared(sets: ReadonlyMap<string, PixelSet>): ReadonlyMap<string, PixelSet> {
  return new Map([...sets].map(([name, set]) => [name, { ...set, pixels: inSharedMemory(set.pixels) }]))
}

/** A copy that threads are sent without another copy. */
export function inSharedMemory(bytes: Uint8Array): Uint8Array {
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length))
  shared.set(bytes)
  return shared
}
