import type { Backbone, PassShape } from '@passerby/backbones'
import type { Optimiser } from '../../training/optimiser.ts'
import { createReplica, refuseOther, type KernelWatch } from './replica.ts'

/** A backbone at work in WebAssembly. All buffers are views that the next `forward` may move or overwrite: do not keep them. */
export interface WasmExecutor {
  /** Copies weights, then running statistics in, and forgets the optimiser's state. Throws `RangeError` for other lengths. */
  load(parameters: Float32Array): void
  /** Weights, then running statistics; zero before a `load`. */
  parameters(): Float32Array
  /** What the last `backward` found, flat as the weights are. */
  gradient(): Float32Array
  /** Embeddings of the images that `place` writes. Throws `RangeError` when they cannot be planned for. */
  forward(shape: PassShape, place: PlaceImages): ForwardPass
  /** One step of the optimiser by the gradient of the last `backward`, and of running statistics by its batch. */
  update(optimiser: Optimiser, rate: number): void
  /** Bytes of memory held. */
  bytes(): number
}

/** Writes a batch, `[batch, height, width, 3]`, normalised, over whatever was there. */
export type PlaceImages = (images: Float32Array) => void

export interface ForwardPass {
  /** `batch × embedding` */
  readonly embeddings: Float32Array
  /**
   * The gradient of the weights, flat, from that of the embeddings. Throws `RangeError` after a later `forward`, a second
   * time, or when the pass was none in training.
   */
  backward(dEmbeddings: Float32Array): Float32Array
}

/** On this thread alone. `kernels` is the compiled module, `dist/kernels.wasm`. */
export function createWasmExecutor(backbone: Backbone, kernels: WebAssembly.Module, watch?: KernelWatch): WasmExecutor {
  const replica = createReplica(backbone, watch ? { kernels, watch } : { kernels })
  const turns = passTurns()
  return {
    ...replica,
    forward(shape, place) {
      const plan = replica.plan(shape)
      const goBack = turns.start(shape)
      place(plan.images())
      plan.forward()
      return {
        embeddings: plan.embeddings(),
        backward(dEmbeddings) {
          goBack()
          const expected = plan.dEmbeddings()
          refuseOther('backward', dEmbeddings, expected.length)
          expected.set(dEmbeddings)
          plan.backward()
          return replica.gradient()
        },
      }
    },
  }
}

/** Passes overwrite each other: only of the last one can be gone back, once. */
export function passTurns() {
  let latest = 0
  return {
    /** Call before a forward pass; the result before its backward pass, where it throws `RangeError` if it is too late. */
    start({ training }: Pick<PassShape, 'training'>): () => void {
      const pass = ++latest
      return () => {
        if (pass !== latest || !training) {
          throw new RangeError('backward: only the last forward in training can be gone back from, once')
        }
        latest++
      }
    },
  }
}
