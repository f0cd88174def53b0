import type { Backbone } from '@passerby/backbones'
import type { Placement } from '../../data/pixels.ts'
import { describeNetwork, refuseOtherParameters, type Network } from '../../network/network.ts'
import { sessionTurns } from '../../network/session-turns.ts'
import type { Session, SessionOptions } from '../../network/session.ts'
import type { tf } from '../../tf.ts'
import { createWebgpuExecutor, type PlannedPasses } from './executor.ts'
import { stepSettings } from './optimiser-pass.ts'
import type { Pipelines } from './pipelines.ts'
import { devicePlansOf, type DevicePlans } from './plans.ts'
import { tfjsDevice } from './tfjs-device.ts'

/**
 * A backbone run by planned shaders on the device of TensorFlow.js, whose backend is current while a session is used; a pass
 * is one submission. Throws `RangeError` when two batch norms share their statistics.
 */
export function webgpuNetworkOf(backbone: Backbone, pipelines: Pipelines): Network {
  const network = describeNetwork(backbone)
  const plans = devicePlansOf(backbone, pipelines)
  return {
    ...network,
    stepPlan: (images) => plans.of({ ...images, training: true }),
    largestBatch: (images, most) => plans.largestBatch(images, most),
    open(options) {
      refuseOtherParameters(network, options.parameters)
      return openSession(network, plans, options)
    },
  }
}

/** The device may say too late that it has no room: then what follows throws `LearnerError` ('out-of-memory'). */
function openSession(
  { sizes }: Pick<Network, 'sizes'>,
  plans: DevicePlans,
  { parameters, pixels, optimiser }: SessionOptions,
): Session {
  const { device } = plans.pipelines
  const executor = createWebgpuExecutor(plans, { pixels, optimiser })
  const { memory, crops } = executor
  const { buffers } = memory
  executor.load(parameters)
  const { height, width } = pixels
  const turns = sessionTurns<PlannedPasses>(optimiser)
  let steps = 0

  /** Submits commands of ours behind those of TensorFlow.js. */
  const submit = (encode: (encoder: GPUCommandEncoder) => void) => {
    tfjsDevice().flush()
    const encoder = device.createCommandEncoder()
    encode(encoder)
    device.queue.submit([encoder.finish()])
  }
  const forward = (batch: readonly Placement[], training: boolean) => {
    turns.begin(batch.length, training)
    memory.refuseFailed()
    const passes = executor.passesFor({ batch: batch.length, height, width, training })
    crops.put(batch, buffers.crops)
    const { tensor, buffer } = tfjsDevice().emptyTensor([batch.length, sizes.embedding])
    submit((encoder) => {
      executor.run(encoder, passes.forward)
      encoder.copyBufferToBuffer(buffers.exchange, 0, buffer, 0, tensor.size * 4)
    })
    return { passes, tensor }
  }
  const read = async (from: GPUBuffer, numbers: number) => {
    const staging = device.createBuffer({ size: numbers * 4, usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ })
    submit((encoder) => encoder.copyBufferToBuffer(from, 0, staging, 0, numbers * 4))
    try {
      await Promise.all([memory.settled(), staging.mapAsync(GPUMapMode.READ)])
      return new Float32Array(staging.getMappedRange().slice(0))
    } finally {
      staging.destroy()
    }
  }

  return {
    train(batch) {
      const { passes, tensor } = forward(batch, true)
      turns.forwarded(passes)
      return tensor
    },
    back(dEmbeddings) {
      const { backward, plan } = turns.pending()
      refuseOtherShape(dEmbeddings, [plan.batch, sizes.embedding])
      const gradient = tfjsDevice().bufferOf(dEmbeddings)
      submit((encoder) => {
        encoder.copyBufferToBuffer(gradient, 0, buffers.exchange, 0, dEmbeddings.size * 4)
        encoder.clearBuffer(buffers.gradient)
        executor.run(encoder, backward)
      })
      turns.wentBack()
    },
    update(rate) {
      const settings = stepSettings(turns.optimiser(), rate, ++steps)
      // There is one wherever there is an optimiser.
      const { update } = executor
      if (!update) return
      device.queue.writeBuffer(buffers.state, 0, Float32Array.from(settings))
      submit((encoder) => executor.run(encoder, update))
    },
    embed: (batch) => forward(batch, false).tensor,
    async gradient() {
      turns.refuseWithoutGradient()
      return read(buffers.gradient, sizes.weights)
    },
    read: () => read(buffers.parameters, parameters.length),
    settled: () => memory.settled(),
    dispose: () => executor.dispose(),
  }
}

function refuseOtherShape(tensor: tf.Tensor, shape: readonly number[]): void {
  if (tensor.shape.join() === shape.join()) return
  throw new RangeError(`back: a gradient of ${tensor.shape.join('×')} where ${shape.join('×')} was embedded`)
}
