/** Where the time of a planned step goes, kernel by kernel; the head, which TensorFlow.js runs, left out. */
import { embeddingSize } from '@passerby/backbones'
import { placePixelsInto } from '../data/pixels.ts'
import { createWasmExecutor } from '../executors/wasm/executor.ts'
import { loadKernels } from '../executors/wasm/kernel-module.ts'
import { loadShaders } from '../executors/webgpu/loaded.ts'
import { timeSteps } from '../executors/webgpu/step-times.ts'
import { tf } from '../tf.ts'
import type { OperationTime, Phase } from './contender.ts'
import { OPTIMISER, type Exercise } from './exercise.ts'
import { fastest, summed, type TimedCall } from './operations.ts'

/** Steps that are measured, after two that are not. */
const STEPS = 5
const UNTIMED = 2

/** On the current backend, the largest part first: on wasm on one thread, on webgpu by the device's timestamps. */
export async function plannedOperations(exercise: Exercise): Promise<readonly OperationTime[]> {
  const rounds = tf.getBackend() === 'webgpu' ? await onDevice(exercise) : await onWasm(exercise)
  return summed(fastest(rounds.slice(UNTIMED)))
}

type Rounds = readonly (readonly TimedCall[])[]

async function onWasm({ backbone, parameters, pixels, batches, rates }: Exercise): Promise<Rounds> {
  const [{ placements }] = batches
  let calls: TimedCall[] = []
  let phase: Phase = 'forward'
  const executor = createWasmExecutor(backbone, await loadKernels(), ({ kernel }, milliseconds) => {
    calls.push({ phase, operation: kernel, milliseconds })
  })
  executor.load(parameters)
  const { height, width } = pixels
  const shape = { batch: placements.length, height, width, training: true }
  const direction = Float32Array.from({ length: shape.batch * embeddingSize(backbone) }, (_, i) => Math.cos(i) / 1000)
  const timed = (operation: string, run: () => void) => {
    const started = performance.now()
    run()
    calls.push({ phase, operation, milliseconds: performance.now() - started })
  }
  return Array.from({ length: STEPS + UNTIMED }, () => {
    calls = []
    phase = 'forward'
    const place = (images: Float32Array) => timed('place', () => placePixelsInto(images, pixels, placements))
    const pass = executor.forward(shape, place)
    phase = 'backward'
    pass.backward(direction)
    phase = 'update'
    timed('optimiser', () => executor.update(OPTIMISER, rates.backbone))
    return calls
  })
}

async function onDevice({ backbone, parameters, pixels, batches, rates }: Exercise): Promise<Rounds> {
  const [{ placements }] = batches
  const steps = await timeSteps(backbone, await loadShaders(), {
    parameters,
    pixels,
    batch: placements,
    optimiser: OPTIMISER,
    rate: rates.backbone,
    steps: STEPS + UNTIMED,
  })
  return steps.map((step) =>
    (['forward', 'backward', 'update'] as const).flatMap((phase) =>
      step[phase].map(({ shader, milliseconds }) => ({ phase, operation: shader, milliseconds })),
    ),
  )
}
