import { rng } from '@passerby/reid'
import { beforeAll, describe, expect, it } from 'vitest'
import { useBackend } from '../../backend/use-backend.ts'
import { tf } from '../../tf.ts'
import { smoothedTargets } from '../../training/loss.ts'
import { crossEntropyOnDevice } from './cross-entropy.ts'

beforeAll(() => useBackend('webgpu'))

const random = rng(1, 'cross-entropy')

const CASES = [
  { batch: 1, classes: 2, scale: 1 },
  { batch: 5, classes: 63, scale: 4 },
  { batch: 70, classes: 131, scale: 30 },
].map(({ batch, classes, scale }) => ({
  shape: [batch, classes] as [number, number],
  logits: Float32Array.from({ length: batch * classes }, () => scale * random.normal()),
  targets: smoothedTargets(
    Array.from({ length: batch }, () => random.int(classes)),
    classes,
    0.1,
  ),
}))

/** The mean of −Σ target · log softmax(logits) in double precision, and its gradient. */
function byFormula({ shape, logits, targets }: (typeof CASES)[number]) {
  const [batch, classes] = shape
  let loss = 0
  const gradient: number[] = []
  for (let row = 0; row < batch; row++) {
    const x = [...logits.subarray(row * classes, (row + 1) * classes)]
    const logTotal = Math.log(x.reduce((sum, value) => sum + Math.exp(value), 0))
    x.forEach((value, i) => {
      const target = targets[row * classes + i]
      loss -= (target * (value - logTotal)) / batch
      gradient.push((Math.exp(value - logTotal) - target) / batch)
    })
  }
  return { loss, gradient }
}

describe('cross-entropy on WebGPU', { timeout: 120_000 }, () => {
  it.each(CASES)('follows its formula for $shape, and so does its gradient', async (one) => {
    const before = tf.memory().numTensors
    const { value, grad } = tf.tidy(() => {
      const targets = tf.tensor2d(one.targets, one.shape)
      const tripled = (x: tf.Tensor) => tf.mul(crossEntropyOnDevice(x as tf.Tensor2D, targets), 3)
      return tf.valueAndGrad(tripled)(tf.tensor2d(one.logits, one.shape))
    })
    const [[loss], gradient] = await Promise.all([value.data(), grad.data()])
    tf.dispose([value, grad])
    expect(tf.memory().numTensors).toBe(before)
    const expected = byFormula(one)
    expect(Math.abs(loss / 3 / expected.loss - 1)).toBeLessThan(1e-5)
    expect(gradient).toHaveLength(expected.gradient.length)
    for (const [i, value] of expected.gradient.entries()) expect(gradient[i] / 3).toBeCloseTo(value, 5)
  })

  it('does not overflow on large logits', async () => {
    const loss = crossEntropyOnDevice(tf.tensor2d([[1e4, -1e4]]), tf.tensor2d([[0, 1]]))
    expect((await loss.data())[0]).toBeCloseTo(2e4)
    loss.dispose()
  })
})
