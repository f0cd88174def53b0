import { createWasmExecutor } from '../executors/wasm/executor.ts'
import { loadKernels } from '../executors/wasm/kernel-module.ts'
import { placePixelsInto } from '../data/pixels.ts'
import { embeddingSize } from '@passerby/backbones'
import type { OperationTime, Phase } from './contender.ts'
import { OPTIMISER, type Exercise } from './exercise.ts'
import { fastest, summed, type TimedCall } from './operations.ts'

/** Steps that are measured, after two that are not. */
const STEPS = 8

/** Where the time of a planned step goes on WebAssembly, on one thread; the head, which TensorFlow.js runs, left out. */
export async function wasmOperations(exercise: Exercise): Promise<readonly OperationTime[]> {
  const { backbone, parameters, pixels, batches, rates } = exercise
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
  const rounds: TimedCall[][] = []
  for (let step = 0; step < STEPS + 2; step++) {
    calls = []
    phase = 'forward'
    const pass = executor.forward(shape, (images) => timed('images', () => placePixelsInto(images, pixels, placements)))
    phase = 'backward'
    pass.backward(direction)
    phase = 'update'
    timed('optimiser', () => executor.update(OPTIMISER, rates.backbone))
    if (step >= 2) rounds.push(calls)
  }
  return summed(fastest(rounds))
}
