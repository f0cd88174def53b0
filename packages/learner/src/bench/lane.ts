/** One contender on one backend, to be run a few steps at a time, so that several can take turns. */
import { useBackend, type BackendName } from '../backend/use-backend.ts'
import { wasmThreads } from '../executors/wasm/started.ts'
import { LearnerError } from '../learner-error.ts'
import { tf } from '../tf.ts'
import { nextTurn } from '../turn.ts'
import type { ContenderName, OperationTime } from './contender.ts'
import { countDeviceCalls, type StepCounts } from './counts.ts'
import { exerciseOf, type ExerciseOptions } from './exercise.ts'
import { heldMemory, watchMemory, type HeldMemory } from './held.ts'
import { watchKernels } from './kernel-watch.ts'
import { openOurs } from './ours.ts'
import { openStock } from './stock.ts'

/** Plain data: it crosses into a page and its worker. `cpu` is here to compare with, and trains nowhere else. */
export interface LaneOptions extends ExerciseOptions {
  readonly contender: ContenderName
  readonly backend: BackendName | 'cpu'
  /** That share a batch on wasm, ours alone; default is 1. */
  readonly threads?: number
}

export interface Lane {
  /** So many training steps, each with its loss read back. */
  steps(count: number): Promise<Steps>
  /** What one more step asks of the device, reading its loss included. */
  count(): Promise<StepCounts>
  /** Where the time of a step goes. */
  operations(): Promise<readonly OperationTime[]>
  /** The backbone as it is now, flat. */
  read(): Promise<Float32Array>
  /** By the whole thread. */
  held(): Promise<Held>
  close(): Promise<void>
}

export interface Held extends HeldMemory {
  readonly tensors: number
  readonly tensorBytes: number
}

export interface Steps {
  readonly milliseconds: readonly number[]
  readonly losses: readonly number[]
}

/** Starts the backend and opens the contender; compiles nothing yet. Throws `LearnerError` ('no-backend'). */
export async function openLane(options: LaneOptions): Promise<Lane> {
  const { backend, threads = 1 } = options
  watchMemory()
  if (backend === 'cpu') await tf.setBackend(backend)
  else await useBackend(backend, { threads })
  if (wasmThreads() < threads) throw new LearnerError('thread-lost', `Of ${threads} threads, ${wasmThreads()} started.`)
  const exercise = exerciseOf(options)
  const contender = options.contender === 'stock' ? openStock(exercise) : openOurs(exercise)

  const step = async () => {
    const loss = contender.step()
    const [value] = await loss.data()
    loss.dispose()
    return value
  }

  return {
    async steps(count) {
      await tf.setBackend(backend)
      const milliseconds: number[] = []
      const losses: number[] = []
      for (let n = 0; n < count; n++) {
        const started = performance.now()
        losses.push(await step())
        milliseconds.push(performance.now() - started)
        await nextTurn()
      }
      return { milliseconds, losses }
    },
    async count() {
      await tf.setBackend(backend)
      let kernels = contender.plannedKernels()
      const device = await countDeviceCalls(async () => {
        const losses: tf.Scalar[] = []
        watchKernels(
          () => void losses.push(contender.step()),
          () => kernels++,
        )
        await Promise.all(losses.map((loss) => loss.data()))
        tf.dispose(losses)
      })
      return { kernels, ...(device?.dispatches ? { device } : {}) }
    },
    async operations() {
      await tf.setBackend(backend)
      return contender.operations()
    },
    read: () => contender.read(),
    async held() {
      const { numTensors, numBytes } = tf.memory()
      return { tensors: numTensors, tensorBytes: numBytes, ...heldMemory() }
    },
    close: async () => contender.dispose(),
  }
}
