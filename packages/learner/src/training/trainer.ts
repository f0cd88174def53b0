import type { Pixels, Placement } from '../data/pixels.ts'
import type { Network } from '../network/network.ts'
import type { Session } from '../network/session.ts'
import type { Objective } from '../strategies/strategy.ts'
import { tf } from '../tf.ts'
import type { Optimiser } from './optimiser.ts'
import { type Classifier, type ClassifierOptions, openClassifier } from './classifier.ts'
import { identityAlone, type Supervision } from './supervision.ts'

export interface TrainerOptions {
  /** Flat, weights then statistics. */
  readonly backbone: Float32Array
  /** Flat, kernel `[embedding, classes]` then bias. */
  readonly head: Float32Array
  /** The crops that batches are taken from. */
  readonly pixels: Pixels
  readonly rates: { readonly backbone: number; readonly head: number }
  /**
   * Of both, each with a state and, where it clips, a norm of its own. The head has no proximal term, for it never travels:
   * there is nothing for clients to drift apart from.
   */
  readonly optimiser: Optimiser
  readonly objective: Objective
  /** What the objective may ask for, the caller's to dispose; default: cross-entropy alone. */
  readonly supervision?: Supervision
}

export interface Batch {
  readonly images: readonly Placement[]
  /** `[images, classes]`, each row a distribution. */
  readonly targets: Float32Array
  /** The class of each image. Only losses between embeddings ask for them. */
  readonly labels?: readonly number[]
  /** `[images, embedding]`: by what embeddings are multiplied on their way to the head; absent: by 1. */
  readonly dropout?: Float32Array
}

/** Backbone and head on the device while they are trained. Optimiser state starts at zero and ends with the trainer. */
export interface Trainer {
  /** One step; the loss before it, which the caller disposes. Reads nothing back. */
  step(batch: Batch): tf.Scalar
  read(): Promise<{ backbone: Float32Array; head: Float32Array }>
  dispose(): void
}

/** Throws `RangeError` when the backbone's values do not fit the network or the head's its embeddings; nothing is left open. */
export function openTrainer(network: Network, options: TrainerOptions): Trainer {
  const { rates, optimiser, pixels, supervision = identityAlone } = options
  const session = network.open({ parameters: options.backbone, pixels, optimiser })
  const { embedding } = network.sizes
  const head = openBeside(session, { values: options.head, embedding, optimiser: { ...optimiser, proximal: 0 } })
  const classes = options.head.length / (embedding + 1)
  return {
    step({ images, targets, labels = [], dropout }) {
      return tf.tidy(() => {
        const distributions = tf.tensor2d(targets, [images.length, classes])
        const kept = dropout && tf.tensor2d(dropout, [images.length, embedding])
        const { value, grads } = tf.valueAndGrads((...inputs: tf.Tensor[]) => {
          const [embeddings] = inputs as [tf.Tensor2D]
          const logits = head.classify(kept ? tf.mul(embeddings, kept) : embeddings)
          const supervised = { embeddings, logits, targets: distributions, labels }
          return options.objective({ ...supervised, supervised: () => supervision.loss(supervised) })
        })([session.train(images)])
        session.back(grads[0] as tf.Tensor2D)
        session.update(rates.backbone)
        head.update(rates.head)
        return value
      })
    },
    async read() {
      const [backbone, flat] = await Promise.all([session.read(), head.read()])
      return { backbone, head: flat }
    },
    dispose() {
      session.dispose()
      head.dispose()
    },
  }
}

/** Disposes of the session where no classifier opens. */
function openBeside(session: Session, options: ClassifierOptions): Classifier {
  try {
    return openClassifier(options)
  } catch (error) {
    session.dispose()
    throw error
  }
}
