import { tf } from '../tf.ts'

/** Losses of an epoch that are read back some at a time, since every read-back waits for the device. */
export interface Losses {
  /** Takes over a step's loss, the mean over `images` images. */
  push(loss: tf.Scalar, images: number): void
  /** Reads what has been pushed since the last time. Gives its mean over images. */
  read(): Promise<number>
  /** Mean over all images read so far. */
  mean(): number
  dispose(): void
}

export function collectLosses(): Losses {
  let pending: { readonly loss: tf.Scalar; readonly images: number }[] = []
  let sum = 0
  let count = 0
  const dispose = () => {
    tf.dispose(pending.map((one) => one.loss))
    pending = []
  }
  return {
    push: (loss, images) => pending.push({ loss, images }),
    async read() {
      const images = pending.map((one) => one.images)
      const stacked = tf.stack(pending.map((one) => one.loss))
      dispose()
      const values = await stacked.data()
      stacked.dispose()
      const part = images.reduce((total, n, index) => total + n * values[index], 0)
      const partImages = images.reduce((total, n) => total + n, 0)
      sum += part
      count += partImages
      return part / partImages
    },
    mean: () => sum / count,
    dispose,
  }
}
