import { planStep, type Backbone } from '@passerby/backbones'
import { placePixelsInto, type Placement } from '../../data/pixels.ts'
import { describeNetwork, refuseOtherParameters, type Network } from '../../network/network.ts'
import { sessionTurns } from '../../network/session-turns.ts'
import type { Session, SessionOptions } from '../../network/session.ts'
import { tf } from '../../tf.ts'
import { createWasmExecutor, type ForwardPass, type WasmExecutor } from './executor.ts'
import { fittingShares } from './share-memory.ts'
import type { WasmParts } from './started.ts'
import { createThreadedExecutor } from './threaded-executor.ts'
import { WASM_ARENA } from './workspace.ts'

/**
 * A backbone run by planned kernels in WebAssembly. An executor's memory outlives its session, for the next one: a
 * network holds as many as it had sessions at once. Throws `RangeError` when two batch norms share their statistics.
 */
export function wasmNetworkOf(backbone: Backbone, { kernels, threads }: WasmParts): Network {
  const network = describeNetwork(backbone)
  const idle: WasmExecutor[] = []
  const create = () =>
    threads ? createThreadedExecutor(backbone, kernels, threads) : createWasmExecutor(backbone, kernels)
  return {
    ...network,
    stepPlan: (images) => planStep(backbone, { ...images, training: true, ...WASM_ARENA }),
    largestBatch: (images, most) => fittingShares(backbone, images, { threads: threads?.count ?? 1, most }),
    open(options) {
      refuseOtherParameters(network, options.parameters)
      const executor = idle.pop() ?? create()
      return openSession(executor, network.sizes.embedding, { ...options, onDispose: () => idle.push(executor) })
    },
  }
}

function openSession(
  executor: WasmExecutor,
  embedding: number,
  { parameters, pixels, optimiser, onDispose }: SessionOptions & { readonly onDispose: () => void },
): Session {
  executor.load(parameters)
  const { height, width } = pixels
  const turns = sessionTurns<ForwardPass>(optimiser)
  let disposed = false
  const forward = (batch: readonly Placement[], training: boolean) => {
    turns.begin(batch.length, training)
    return executor.forward({ batch: batch.length, height, width, training }, (images) =>
      placePixelsInto(images, pixels, batch),
    )
  }
  const tensorOf = ({ embeddings }: ForwardPass) =>
    tf.tensor2d(embeddings.slice(), [embeddings.length / embedding, embedding])
  return {
    train(batch) {
      const pass = forward(batch, true)
      turns.forwarded(pass)
      return tensorOf(pass)
    },
    back(dEmbeddings) {
      turns.pending().backward(dEmbeddings.dataSync<'float32'>())
      turns.wentBack()
    },
    update: (rate) => executor.update(turns.optimiser(), rate),
    embed: (batch) => tensorOf(forward(batch, false)),
    async gradient() {
      turns.refuseWithoutGradient()
      return executor.gradient().slice()
    },
    read: async () => executor.parameters().slice(),
    settled: () => Promise.resolve(),
    dispose() {
      // A second time the executor may be another session's.
      if (!disposed) onDispose()
      disposed = true
    },
  }
}
