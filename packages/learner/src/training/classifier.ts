import { openWasmClassifier } from '../executors/wasm/classifier.ts'
import { wasmParts } from '../executors/wasm/started.ts'
import { tf } from '../tf.ts'
import type { Optimiser } from './optimiser.ts'
import { trained } from './trained.ts'

/** An identity head while it is trained: a linear layer from embeddings to logits. Optimiser state starts at zero. */
export interface Classifier {
  /** Logits `[batch, classes]`, on the tape: going back from them adds to the head's gradient, which stays here. */
  classify(embeddings: tf.Tensor2D): tf.Tensor2D
  /** One step of the optimiser by the sum of the ways back since the last step; none where there was none. */
  update(rate: number): void
  /** Flat: kernel `[embedding, classes]`, then bias. */
  read(): Promise<Float32Array>
  dispose(): void
}

export interface ClassifierOptions {
  /** As `read` gives them; copied. */
  readonly values: Float32Array
  readonly embedding: number
  readonly optimiser: Optimiser
}

/** On the current backend. Throws `RangeError` for values that are no head of such embeddings. */
export function openClassifier(options: ClassifierOptions): Classifier {
  const { values, embedding } = options
  const classes = values.length / (embedding + 1)
  if (!Number.isInteger(classes) || classes < 1) {
    throw new RangeError(`openClassifier: ${values.length} values are no head for ${embedding} numbers`)
  }
  const parts = tf.getBackend() === 'wasm' ? wasmParts() : undefined
  return parts ? openWasmClassifier(options, parts.kernels) : openPlainClassifier(options)
}

function openPlainClassifier({ values, embedding, optimiser }: ClassifierOptions): Classifier {
  const classes = values.length / (embedding + 1)
  const flat = trained(values, optimiser)
  const kernelOf = () => tf.slice(flat.value(), 0, embedding * classes).as2D(embedding, classes)
  const bias = () => tf.slice(flat.value(), embedding * classes)
  let gradient: tf.Tensor1D | undefined
  const forget = () => {
    gradient?.dispose()
    gradient = undefined
  }
  return {
    classify: (embeddings) =>
      tf.customGrad((...inputs) => {
        // TensorFlow.js types the trailing `save` as one more tensor.
        const [embeddings, save] = inputs as unknown as [tf.Tensor2D, tf.GradSaveFunc]
        save([embeddings])
        return {
          value: tf.add(tf.matMul(embeddings, kernelOf()), bias()),
          gradFunc: (dLogits: tf.Tensor, saved: tf.Tensor[]) => {
            const [dy, x] = [dLogits as tf.Tensor2D, saved[0] as tf.Tensor2D]
            const before = gradient
            const added = tf.concat1d([tf.matMul(x, dy, true).as1D(), tf.sum(dy, 0)])
            gradient = tf.keep(before ? tf.add(before, added) : added)
            before?.dispose()
            return tf.matMul(dy, kernelOf(), false, true)
          },
        }
      })(embeddings) as tf.Tensor2D,
    update(rate) {
      if (gradient) flat.step(gradient, rate)
      forget()
    },
    read: async () => Float32Array.from(await flat.value().data()),
    dispose() {
      forget()
      flat.dispose()
    },
  }
}
