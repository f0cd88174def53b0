import { tf } from '../tf.ts'

/** Value and gradient of a loss at some embeddings. */
export const lossOf = (loss: (x: tf.Tensor2D) => tf.Scalar, rows: readonly (readonly number[])[]) =>
  tf.tidy(() => {
    const { value, grad } = tf.valueAndGrad((x: tf.Tensor) => loss(x as tf.Tensor2D))(
      tf.tensor2d(rows.map((r) => [...r])),
    )
    return { value: value.dataSync()[0], gradient: [...grad.dataSync()] }
  })

/** By central differences, at points where the loss has no edge. */
export function numericGradient(
  loss: (x: tf.Tensor2D) => tf.Scalar,
  rows: readonly (readonly number[])[],
): readonly number[] {
  const step = 1e-2
  const at = (change: number, row: number, column: number) =>
    lossOf(
      loss,
      rows.map((values, r) => values.map((value, c) => (r === row && c === column ? value + change : value))),
    ).value
  return rows.flatMap((values, row) =>
    values.map((_, column) => (at(step, row, column) - at(-step, row, column)) / (2 * step)),
  )
}
