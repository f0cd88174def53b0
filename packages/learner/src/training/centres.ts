import { tf } from '../tf.ts'

/** A centre for each class, which follows the embeddings of its class. */
export interface Centres {
  /**
   * Half the squared distance of an embedding to the centre of its class, the mean over the batch, whose gradient is
   * (x − c) / batch. Then the centres move.
   */
  loss(embeddings: tf.Tensor2D, labels: readonly number[]): tf.Scalar
  /** `[classes, embedding]`, until the next `loss`; 0 for classes that were in no batch yet. None before the first. */
  value(): tf.Tensor2D | undefined
  dispose(): void
}

export interface CentresOptions {
  readonly classes: number
  /** The paper's α. */
  readonly rate: number
}

/**
 * Centre loss (Wen et al. 2016, equations 2 to 4): after each batch c ← c + α·Σ(x − c) / (1 + n) over the n embeddings x of
 * its class. Unlike there, the loss is a mean and not a sum, so that its weight does not hang on the batch size, and
 * a centre starts at the mean of its class in the first batch that has it: the paper's start from 0 would draw all
 * embeddings there in every round, since centres live no longer than one. Like the head, they never leave.
 */
export function openCentres({ classes, rate }: CentresOptions): Centres {
  let centres: tf.Tensor2D | undefined
  const known = new Set<number>()

  /** Per class, by its `[classes, 1]` factors: what the mean of new classes and the move of known ones make of sums. */
  const columns = (labels: readonly number[]) => {
    const counts = new Float32Array(classes)
    for (const label of labels) counts[label]++
    const column = (of: (count: number, isNew: boolean) => number) =>
      tf.tensor2d(
        Float32Array.from(counts, (count, label) => of(count, count > 0 && !known.has(label))),
        [classes, 1],
      )
    return {
      counts: tf.tensor2d(counts, [classes, 1]),
      first: column((count, isNew) => (isNew ? 1 / count : 0)),
      follow: column((count) => rate / (1 + count)),
    }
  }

  return {
    loss: (embeddings, labels) =>
      tf.customGrad((...inputs) => {
        // TensorFlow.js types the trailing `save` as one more tensor.
        const [x, save] = inputs as unknown as [tf.Tensor2D, tf.GradSaveFunc]
        const members = tf.oneHot([...labels], classes).toFloat() as tf.Tensor2D
        const { counts, first, follow } = columns(labels)
        const sums = tf.matMul(members, x, true)
        const starts: tf.Tensor2D = tf.mul(first, sums)
        const before = centres ? tf.add(centres, starts) : starts
        const differences = tf.sub(x, tf.matMul(members, before))
        save([tf.div(differences, labels.length)])
        const moved = tf.add(before, tf.mul(follow, tf.sub(sums, tf.mul(counts, before)))) as tf.Tensor2D
        centres?.dispose()
        centres = tf.keep(moved)
        for (const label of labels) known.add(label)
        return {
          value: tf.mul(tf.sum(tf.square(differences)), 0.5 / labels.length),
          gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => tf.mul(saved[0], dy),
        }
      })(embeddings) as tf.Scalar,
    value: () => centres,
    dispose: () => centres?.dispose(),
  }
}
