import type { Pixels, Placement } from '../data/pixels.ts'
import type { Network } from '../network/network.ts'
import type { Objective } from '../strategies/strategy.ts'
import { tf } from '../tf.ts'
import type { Optimiser } from './optimiser.ts'
import { trained } from './trained.ts'

export interface TrainerOptions {
  /** Flat, weights then statistics. */
  readonly backbone: Float32Array
  /** Flat, kernel `[embedding, classes]` then bias. */
  readonly head: Float32Array
  /** The crops that batches are taken from. */
  readonly pixels: Pixels
  readonly rates: { readonly backbone: number; readonly head: number }
  /** Of both, each with a state and, where it clips, a norm of its own. */
  readonly optimiser: Optimiser
  readonly objective: Objective
}

export interface Batch {
  readonly images: readonly Placement[]
  /** `[images, classes]`, each row a distribution. */
  readonly targets: Float32Array
}

/** Backbone and head on the device while they are trained. Optimiser state starts at zero and ends with the trainer. */
export interface Trainer {
  /** One step; the loss before it, which the caller disposes. Reads nothing back. */
  step(batch: Batch): tf.Scalar
  read(): Promise<{ backbone: Float32Array; head: Float32Array }>
  dispose(): void
}

/** Throws `RangeError` when the backbone's values do not fit the network. */
export function openTrainer(network: Network, options: TrainerOptions): Trainer {
  const { rates, optimiser, pixels } = options
  const session = network.open({ parameters: options.backbone, pixels, optimiser })
  const head = trained(options.head, optimiser)
  const classes = options.head.length / (network.sizes.embedding + 1)
  return {
    step({ images, targets }) {
      return tf.tidy(() => {
        const embeddings = session.train(images)
        const distributions = tf.tensor2d(targets, [images.length, classes])
        const { value, grads } = tf.valueAndGrads((...inputs: tf.Tensor[]) => {
          const [embeddings, flat] = inputs as [tf.Tensor2D, tf.Tensor1D]
          const logits = classify(embeddings, flat, classes)
          return options.objective({ embeddings, logits, targets: distributions })
        })([embeddings, head.value()])
        const [dEmbeddings, dHead] = grads as [tf.Tensor2D, tf.Tensor1D]
        session.back(dEmbeddings)
        session.update(rates.backbone)
        head.step(dHead, rates.head)
        return value
      })
    },
    async read() {
      const [backbone, flat] = await Promise.all([session.read(), head.value().data()])
      return { backbone, head: Float32Array.from(flat) }
    },
    dispose() {
      session.dispose()
      head.dispose()
    },
  }
}

/** Logits, `[batch, classes]`. */
function classify(embeddings: tf.Tensor2D, head: tf.Tensor1D, classes: number): tf.Tensor2D {
  const embedding = embeddings.shape[1]
  const [kernel, bias] = tf.split(head, [embedding * classes, classes])
  return tf.add(tf.matMul(embeddings, kernel.as2D(embedding, classes)), bias)
}
