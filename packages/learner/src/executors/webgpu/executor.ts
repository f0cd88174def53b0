/** A backbone's plans on a device: programs that are assembled once per batch shape, and the memory that they share. */
import { countParameters, KERNELS, type PassShape, type StepPlan, type Task } from '@passerby/backbones'
import type { Pixels } from '../../data/pixels.ts'
import type { Optimiser } from '../../training/optimiser.ts'
import { remembering } from '../remembering.ts'
import { openDeviceCrops, type DeviceCrops } from './device-crops.ts'
import { openMemory, type DeviceMemory } from './memory.ts'
import { timeCalls, type CallTime } from './call-times.ts'
import { optimiserCalls, startIn, stateSize } from './optimiser-pass.ts'
import { BYTES, type DevicePlans } from './plans.ts'
import { assemble, type Call, type Program } from './program.ts'

export interface PlannedPasses {
  readonly plan: StepPlan
  /** From placed crops to embeddings, which it leaves in `exchange`. */
  readonly forward: Program
  /** From the embeddings' gradient, in `exchange`, to that of the weights. */
  readonly backward: Program
}

export interface WebgpuExecutor {
  readonly memory: DeviceMemory
  readonly crops: DeviceCrops
  /** Weights, then running statistics; call it before the first step, which a proximal term pulls back to. */
  load(parameters: Float32Array): void
  /** The passes for batches of one shape, with room for them. Throws `LearnerError` where the device has none. */
  passesFor(shape: PassShape): PlannedPasses
  /** One step of the optimiser; undefined where there is none. */
  readonly update: Program | undefined
  /** Encodes a program into a pass of its own. */
  run(encoder: GPUCommandEncoder, program: Program): void
  /** Milliseconds of each call; they run apart. Throws as `timeCalls` does. */
  time(program: Program): Promise<readonly CallTime[]>
  dispose(): void
}

export interface ExecutorOptions {
  readonly pixels: Pixels
  readonly optimiser?: Optimiser | undefined
}

/** Two batch sizes, in training and in inference. */
const PLANS = 4

export function createWebgpuExecutor(plans: DevicePlans, { pixels, optimiser }: ExecutorOptions): WebgpuExecutor {
  const { backbone, pipelines } = plans
  const { device, storage } = pipelines
  const { weight, statistic } = countParameters(backbone)
  const flat = { weights: weight, statistics: statistic }
  const memory = openMemory(device)
  const crops = openDeviceCrops(device, pixels)
  memory.fit('parameters', weight + statistic)
  memory.fit('gradient', weight)
  memory.fit('statistics', statistic)
  if (optimiser) memory.fit('state', stateSize(optimiser, flat))

  const bind = (calls: readonly Call[]) => {
    const program = assemble(pipelines, calls)
    memory.fit('workspace', program.workspace)
    return program
  }
  const plan = (shape: PassShape): PlannedPasses => {
    const step = plans.of(shape)
    memory.fit('arena', step.sizes.arena, BYTES[storage])
    memory.fit('exchange', step.embeddings.size)
    const { embeddings, dEmbeddings } = step
    const emit: Call = { shader: 'emit', operands: [embeddings], sizes: { count: embeddings.size } }
    const take: Call = { shader: 'take', operands: [dEmbeddings], sizes: { count: dEmbeddings.size } }
    return {
      plan: step,
      forward: bind([crops.place(shape.batch, step.images), ...step.forward.map(callOf), emit]),
      backward: bind([take, ...step.backward.map(callOf)]),
    }
  }
  const release = ({ forward, backward }: PlannedPasses) => {
    forward.dispose()
    backward.dispose()
  }
  const planned = remembering(PLANS, release)
  const update = optimiser && bind(optimiserCalls(optimiser, flat))

  const groups = new WeakMap<Program, { readonly generation: number; readonly group: GPUBindGroup }>()
  const groupOf = (program: Program) => {
    const known = groups.get(program)
    if (known?.generation === memory.generation) return known.group
    const group = program.bind(memory.buffers)
    groups.set(program, { generation: memory.generation, group })
    return group
  }

  return {
    memory,
    crops,
    update,
    load(parameters) {
      const { buffers } = memory
      device.queue.writeBuffer(buffers.parameters, 0, Float32Array.from(parameters))
      const start = optimiser && startIn(optimiser, flat)
      if (start === undefined) return
      device.queue.writeBuffer(buffers.state, start * 4, Float32Array.from(parameters.subarray(0, weight)))
    },
    passesFor(shape) {
      memory.fit('crops', crops.size(shape.batch))
      const key = [shape.batch, shape.height, shape.width, shape.training].join()
      return planned.of(key, () => plan(shape))
    },
    run(encoder, program) {
      const pass = encoder.beginComputePass()
      program.run(pass, groupOf(program))
      pass.end()
    },
    time: (program) => timeCalls(device, program, groupOf(program)),
    dispose() {
      planned.forgetAll()
      update?.dispose()
      memory.dispose()
    },
  }
}

function callOf({ kernel, reads, writes, sizes }: Task): Call {
  const names: readonly string[] = KERNELS[kernel].sizes
  return {
    shader: kernel,
    operands: [...reads, ...writes],
    sizes: Object.fromEntries(names.map((name, index) => [name, sizes[index]])),
  }
}
