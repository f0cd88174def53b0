/** Where the time of a stock training step goes, operation by operation. */
import { tf } from '../tf.ts'
import type { OperationTime, Phase } from './contender.ts'
import { computes, watchKernels } from './kernel-watch.ts'

/** A training step that tells where in it it is. */
export type PhasedStep = (onPhase: (phase: Phase) => void) => tf.Scalar

export type TimedCall = Omit<OperationTime, 'calls'>

/** Steps that are measured: of each call the fastest counts, so that whatever else the machine does stays out. */
const STEPS = 3

/** Of a step that is warm, on the current backend; the largest part first. */
export async function stockOperations(step: PhasedStep): Promise<readonly OperationTime[]> {
  const measure = tf.getBackend() === 'webgpu' ? callsOnDevice : callsHere
  const rounds: (readonly TimedCall[])[] = []
  for (let n = 0; n < STEPS; n++) rounds.push(await measure(step))
  return summed(fastest(rounds))
}

/** One after another, so that a call's own time is its cost. */
async function callsHere(step: PhasedStep): Promise<readonly TimedCall[]> {
  const calls: TimedCall[] = []
  let phase: Phase = 'forward'
  watchKernels(
    () => step((next) => (phase = next)).dispose(),
    (operation, milliseconds) => calls.push({ phase, operation, milliseconds }),
  )
  return calls
}

/** By the device's timestamps. */
async function callsOnDevice(step: PhasedStep): Promise<readonly TimedCall[]> {
  const starts = { forward: 0, backward: 0, update: 0 }
  tf.env().set('CHECK_COMPUTATION_FOR_ERRORS', false)
  const { kernels } = await tf.profile(() => {
    step((phase) => (starts[phase] = tf.engine().state.activeProfile.kernels.length)).dispose()
  })
  const phaseOf = (call: number): Phase =>
    call < starts.backward ? 'forward' : call < starts.update ? 'backward' : 'update'
  const calls = kernels.map(({ name, kernelTimeMs }, call) => {
    // Awaited by `tf.profile`; an object where the device gives no timestamps.
    const milliseconds = typeof kernelTimeMs === 'number' ? kernelTimeMs : NaN
    return { phase: phaseOf(call), operation: name, milliseconds }
  })
  return calls.filter(({ operation }) => computes(operation))
}

/** Call by call, of the same step measured several times. */
export function fastest(rounds: readonly (readonly TimedCall[])[]): readonly TimedCall[] {
  return rounds[0].map((call, index) => ({
    ...call,
    milliseconds: Math.min(...rounds.map((round) => round[index].milliseconds)),
  }))
}

/** Calls of one operation in one phase together, the largest part first. */
export function summed(calls: readonly TimedCall[]): readonly OperationTime[] {
  const sums = new Map<string, OperationTime>()
  for (const { phase, operation, milliseconds } of calls) {
    const key = `${phase} ${operation}`
    const sum = sums.get(key) ?? { phase, operation, calls: 0, milliseconds: 0 }
    sums.set(key, { ...sum, calls: sum.calls + 1, milliseconds: sum.milliseconds + milliseconds })
  }
  return [...sums.values()].sort((a, b) => b.milliseconds - a.milliseconds)
}
