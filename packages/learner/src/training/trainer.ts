import { BATCH_NORM_MOMENTUM } from '@passerby/backbones'
import type { Network } from '../network/network.ts'
import type { Objective } from '../strategies/strategy.ts'
import { tf } from '../tf.ts'
import { sgdStep, trained, type Sgd } from './sgd.ts'

export interface TrainerOptions {
  /** Flat, weights then statistics. */
  readonly backbone: Float32Array
  /** Flat, kernel `[embedding, classes]` then bias. */
  readonly head: Float32Array
  readonly rates: { readonly backbone: number; readonly head: number }
  readonly sgd: Sgd
  readonly objective: Objective
}

export interface Batch {
  /** `[size, height, width, 3]`, normalised. */
  readonly images: Float32Array
  /** `[size, classes]`, each row a distribution. */
  readonly targets: Float32Array
  readonly size: number
  readonly height: number
  readonly width: number
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
  const { backbone, head, rates, sgd } = options
  const { sizes } = network
  if (backbone.length !== sizes.weights + sizes.statistics) {
    throw new RangeError(
      `openTrainer: ${backbone.length} values for '${network.backbone.name}' with ${sizes.weights + sizes.statistics}`,
    )
  }
  const classes = head.length / (sizes.embedding + 1)
  let state = {
    weights: trained(backbone.subarray(0, sizes.weights)),
    head: trained(head),
    statistics: tf.tensor1d(backbone.subarray(sizes.weights)),
  }
  return {
    step({ images, targets, size, height, width }) {
      const { loss, ...next } = tf.tidy(() => {
        const x = tf.tensor4d(images, [size, height, width, 3])
        const distributions = tf.tensor2d(targets, [size, classes])
        let batchStatistics: tf.Tensor1D | undefined
        const lossOf = (weights: tf.Tensor, head: tf.Tensor) => {
          const batch = network.train(x, weights as tf.Tensor1D)
          batchStatistics = batch.batchStatistics
          const logits = classify(batch.embeddings, head as tf.Tensor1D, classes)
          return options.objective({ embeddings: batch.embeddings, logits, targets: distributions })
        }
        const { value, grads } = tf.valueAndGrads(lossOf)([state.weights.value, state.head.value])
        const [weights, head] = grads
        return {
          loss: value,
          weights: sgdStep(state.weights, weights, rates.backbone, sgd),
          head: sgdStep(state.head, head, rates.head, sgd),
          statistics: running(state.statistics, batchStatistics),
        }
      })
      tf.dispose(state)
      state = next
      return loss
    },
    async read() {
      const [weights, statistics, head] = await Promise.all([
        state.weights.value.data(),
        state.statistics.data(),
        state.head.value.data(),
      ])
      const values = new Float32Array(backbone.length)
      values.set(weights)
      values.set(statistics, sizes.weights)
      return { backbone: values, head: Float32Array.from(head) }
    },
    dispose: () => tf.dispose(state),
  }
}

/** Logits, `[batch, classes]`. */
function classify(embeddings: tf.Tensor2D, head: tf.Tensor1D, classes: number): tf.Tensor2D {
  const embedding = embeddings.shape[1]
  const [kernel, bias] = tf.split(head, [embedding * classes, classes])
  return tf.add(tf.matMul(embeddings, kernel.as2D(embedding, classes)), bias)
}

/** Running statistics after one more batch, whose own are disposed. */
function running(statistics: tf.Tensor1D, batch: tf.Tensor1D | undefined): tf.Tensor1D {
  if (!batch) throw new RangeError('openTrainer: the objective never ran')
  const moved: tf.Tensor1D = tf.add(tf.mul(statistics, 1 - BATCH_NORM_MOMENTUM), tf.mul(batch, BATCH_NORM_MOMENTUM))
  batch.dispose()
  return moved
}
