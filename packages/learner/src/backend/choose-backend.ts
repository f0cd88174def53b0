import { LearnerError } from '../learner-error.ts'
import { wasmThreads } from '../executors/wasm/started.ts'
import type { Network } from '../network/network.ts'
import { gradientError, GRADIENT_TOLERANCE } from './self-check.ts'
import { measureSpeed, type Speed, type Workload } from './speed.ts'
import { useBackend, type BackendName, type BackendOptions } from './use-backend.ts'
import { findAdapter } from './webgpu-adapter.ts'

/** What came of one backend; for display. */
export type BackendTrial =
  | {
      readonly state: 'chosen'
      readonly name: BackendName
      readonly device: string
      /** That share a batch, with this one: on wasm as many as started. */
      readonly threads: number
      readonly gradientError: number
      readonly speed: Speed
    }
  | { readonly state: 'refused'; readonly name: BackendName; readonly reason: string }

export interface BackendChoice {
  readonly backend: BackendName
  /** In the order in which they were tried; the last one is the chosen one. */
  readonly trials: readonly BackendTrial[]
}

export interface BackendWishes extends BackendOptions {
  /** Try this backend only, even on a software driver. */
  readonly only?: BackendName
  /** What the speed test trains: best the network and the size that will be trained. */
  readonly network: Network
  readonly workload: Workload
  readonly signal?: AbortSignal
}

const TIMED_STEPS = 3

/**
 * Makes the best backend current that starts and whose gradients are right: WebGPU, else WebAssembly. A WebGPU adapter
 * that is software is passed over, since WebAssembly is faster on the same processor. Throws `LearnerError`
 * ('no-backend') with every reason when none is left.
 */
export async function chooseBackend(wishes: BackendWishes): Promise<BackendChoice> {
  const trials: BackendTrial[] = []
  const names: readonly BackendName[] = wishes.only ? [wishes.only] : ['webgpu', 'wasm']
  for (const name of names) {
    wishes.signal?.throwIfAborted()
    const trial = await tryBackend(name, wishes)
    trials.push(trial)
    if (trial.state === 'chosen') return { backend: name, trials }
  }
  const reasons = trials.map((trial) => `${trial.name}: ${trial.state === 'refused' ? trial.reason : ''}`)
  throw new LearnerError('no-backend', `Nothing here can train. ${reasons.join(' ')}`)
}

async function tryBackend(name: BackendName, wishes: BackendWishes): Promise<BackendTrial> {
  const refused = (reason: string) => ({ state: 'refused', name, reason }) as const
  let device = 'processor'
  if (name === 'webgpu') {
    const offer = await findAdapter()
    if (offer.state === 'none') return refused(offer.reason)
    if (offer.software && wishes.only !== 'webgpu') {
      return refused(`${offer.description} computes on the processor, where WebAssembly is faster.`)
    }
    device = offer.description
  }
  try {
    await useBackend(name, wishes)
    const error = await gradientError()
    if (!(error <= GRADIENT_TOLERANCE)) {
      return refused(
        `Its gradients deviate by ${error.toPrecision(2)} from the stored ones; ${GRADIENT_TOLERANCE} is allowed.`,
      )
    }
    const { network, workload, signal } = wishes
    const speed = await measureSpeed(network, workload, { steps: TIMED_STEPS, ...(signal ? { signal } : {}) })
    const threads = name === 'wasm' ? wasmThreads() : 1
    return { state: 'chosen', name, device, threads, gradientError: error, speed }
  } catch (error) {
    wishes.signal?.throwIfAborted()
    return refused(error instanceof Error ? error.message : String(error))
  }
}
