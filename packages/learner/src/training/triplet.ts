import { tf } from '../tf.ts'

export interface TripletOptions {
  readonly margin: number
  /** log(1 + e^x) of x = d(anchor, positive) − d(anchor, negative) in place of max(0, margin + x). */
  readonly softMargin: boolean
}

/** Squared distances below this count as this, as torchreid has it: the square root's slope at 0 is infinite. */
const LEAST_SQUARE = 1e-12

/** Farther than any embeddings are. */
const FAR = 1e30

/**
 * Batch-hard triplet loss (Hermans, Beyer and Leibe 2017, equation 5): every embedding is the anchor once, with the
 * farthest embedding of its class and the closest of another, by Euclidean distance. The mean over all anchors that have
 * both; 0 where none has. With x as in `TripletOptions`, w = 1 where margin + x > 0 (softly: 1 / (1 + e^−x)) and
 * u(a, b) = (a − b) / d(a, b), the gradient is w·(u(anchor, positive) − u(anchor, negative)) towards the anchor,
 * −w·u(anchor, positive) towards the positive and w·u(anchor, negative) towards the negative.
 */
export function batchHardTriplet(
  embeddings: tf.Tensor2D,
  labels: readonly number[],
  options: TripletOptions,
): tf.Scalar {
  return tf.customGrad((...inputs) => {
    // TensorFlow.js types the trailing `save` as one more tensor.
    const [x, save] = inputs as unknown as [tf.Tensor2D, tf.GradSaveFunc]
    const { loss, gradient } = lossAndGradient(x, masksOf(labels), options)
    save([gradient])
    return { value: loss, gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => tf.mul(saved[0], dy) }
  })(embeddings) as tf.Scalar
}

function lossAndGradient(
  x: tf.Tensor2D,
  { positive, negative, weights }: Masks,
  { margin, softMargin }: TripletOptions,
) {
  const squares = squaredDistances(x)
  const batch = x.shape[0]
  const farthest = tf.argMax(tf.sub(tf.mul(squares, positive), tf.sub(1, positive)), 1)
  const closest = tf.argMin(tf.add(squares, tf.mul(FAR, tf.sub(1, negative))), 1)
  // Picked by products, whose way back is a product too.
  const [positives, negatives] = [farthest, closest].map((one) => tf.oneHot(one, batch).toFloat() as tf.Tensor2D)
  const [toPositive, toNegative] = [positives, negatives].map((picked) => {
    const difference = tf.sub(x, tf.matMul(picked, x))
    const distance = tf.sqrt(tf.maximum(tf.sum(tf.square(difference), 1, true), LEAST_SQUARE))
    return { distance, direction: tf.div(difference, distance) }
  })
  const excess = tf.sub(toPositive.distance, toNegative.distance)
  const beyond = tf.add(excess, margin)
  const losses = softMargin ? softplus(excess) : tf.relu(beyond)
  const slopes = tf.mul(weights, softMargin ? tf.sigmoid(excess) : tf.step(beyond))
  const [pull, push] = [toPositive, toNegative].map(({ direction }) => tf.mul(slopes, direction))
  const gradient = tf.add(
    tf.sub(pull, push),
    tf.sub(tf.matMul(negatives, push, true), tf.matMul(positives, pull, true)),
  )
  return { loss: tf.sum(tf.mul(weights, losses)), gradient }
}

/** max(x, 0) + log(1 + e^−|x|): no power overflows. */
function softplus(x: tf.Tensor): tf.Tensor {
  return tf.add(tf.relu(x), tf.log1p(tf.exp(tf.neg(tf.abs(x)))))
}

/** `[batch, batch]`, none below 0. Good enough to choose by: of two that are close their difference has lost its digits. */
function squaredDistances(x: tf.Tensor2D): tf.Tensor2D {
  const lengths = tf.sum(tf.square(x), 1, true)
  const products = tf.matMul(x, x, false, true)
  return tf.relu(tf.sub(tf.add(lengths, tf.transpose(lengths)), tf.mul(2, products)))
}

interface Masks {
  /** `[batch, batch]`, 1 where the column may be the row's positive, or negative; else 0. */
  readonly positive: tf.Tensor2D
  readonly negative: tf.Tensor2D
  /** `[batch, 1]`: what an anchor counts. */
  readonly weights: tf.Tensor2D
}

function masksOf(labels: readonly number[]): Masks {
  const batch = labels.length
  const mask = (holds: (a: number, b: number) => boolean) =>
    labels.flatMap((_, a) => labels.map((_, b) => Number(holds(a, b))))
  const positive = mask((a, b) => a !== b && labels[a] === labels[b])
  const negative = mask((a, b) => labels[a] !== labels[b])
  const some = (of: readonly number[], row: number) => of.slice(row * batch, (row + 1) * batch).includes(1)
  const anchors = labels.map((_, row) => some(positive, row) && some(negative, row))
  const count = anchors.filter(Boolean).length
  return {
    positive: tf.tensor2d(positive, [batch, batch]),
    negative: tf.tensor2d(negative, [batch, batch]),
    weights: tf.tensor2d(
      anchors.map((anchor) => (anchor ? 1 / count : 0)),
      [batch, 1],
    ),
  }
}
