import { embeddingSize, type Backbone } from '@passerby/backbones'
import type { Pixels, Placement } from '../../data/pixels.ts'
import type { Optimiser } from '../../training/optimiser.ts'
import type { CallTime } from './call-times.ts'
import { createWebgpuExecutor } from './executor.ts'
import { stepSettings } from './optimiser-pass.ts'
import type { Pipelines } from './pipelines.ts'
import { devicePlansOf } from './plans.ts'

export interface StepTimes {
  readonly forward: readonly CallTime[]
  readonly backward: readonly CallTime[]
  readonly update: readonly CallTime[]
}

export interface StepToTime {
  readonly parameters: Float32Array
  readonly pixels: Pixels
  readonly batch: readonly Placement[]
  readonly optimiser: Optimiser
  readonly rate: number
}

/**
 * Where the time of a planned step goes by the device's own clock, call by call, in each of `steps` steps; the head, which
 * TensorFlow.js runs, left out. Throws `LearnerError` on a device without timestamps, `RangeError` for passes of more than
 * 2,048 calls.
 */
export async function timeSteps(
  backbone: Backbone,
  pipelines: Pipelines,
  { parameters, pixels, batch, optimiser, rate, steps }: StepToTime & { readonly steps: number },
): Promise<readonly StepTimes[]> {
  const { device } = pipelines
  const { queue } = device
  const executor = createWebgpuExecutor(devicePlansOf(backbone, pipelines), { pixels, optimiser })
  const { memory, crops, update } = executor
  const { height, width } = pixels
  const { forward, backward } = executor.passesFor({ batch: batch.length, height, width, training: true })
  executor.load(parameters)
  crops.put(batch, memory.buffers.crops)
  const direction = Float32Array.from({ length: batch.length * embeddingSize(backbone) }, (_, i) => Math.cos(i) / 1000)
  const clear = (buffer: GPUBuffer) => {
    const encoder = device.createCommandEncoder()
    encoder.clearBuffer(buffer)
    queue.submit([encoder.finish()])
  }
  const times: StepTimes[] = []
  try {
    for (let step = 1; step <= steps; step++) {
      const forwardTimes = await executor.time(forward)
      queue.writeBuffer(memory.buffers.exchange, 0, direction)
      queue.writeBuffer(memory.buffers.state, 0, Float32Array.from(stepSettings(optimiser, rate, step)))
      clear(memory.buffers.gradient)
      const backwardTimes = await executor.time(backward)
      times.push({
        forward: forwardTimes,
        backward: backwardTimes,
        update: update ? await executor.time(update) : [],
      })
    }
    return times
  } finally {
    executor.dispose()
  }
}
