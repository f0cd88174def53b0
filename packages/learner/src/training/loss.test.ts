import { beforeAll, describe, expect, it } from 'vitest'
import { useBackend } from '../backend/use-backend.ts'
import { tf } from '../tf.ts'
import { crossEntropy, smoothedTargets } from './loss.ts'

beforeAll(() => useBackend('wasm'))

describe('label smoothing', () => {
  it('takes ε from the label and spreads it over all classes', () => {
    expect([...smoothedTargets([2, 0], 4, 0.1)]).toEqual(
      [0.025, 0.025, 0.925, 0.025, 0.925, 0.025, 0.025, 0.025].map((value) => expect.closeTo(value, 6)),
    )
    expect([...smoothedTargets([1], 2, 0)]).toEqual([0, 1])
  })
})

describe('cross-entropy', () => {
  const logits = [Math.log(1), Math.log(2), Math.log(5)]

  it('is −log of the softmax without smoothing: ln 8/5', () => {
    const loss = crossEntropy(tf.tensor2d([logits]), tf.tensor2d(smoothedTargets([2], 3, 0), [1, 3]))
    expect(loss.dataSync()[0]).toBeCloseTo(Math.log(8 / 5), 6)
  })

  it('mixes the classes by hand with smoothing 0.3: 0.1·ln 8 + 0.1·ln 4 + 0.8·ln 8/5', () => {
    const loss = crossEntropy(tf.tensor2d([logits]), tf.tensor2d(smoothedTargets([2], 3, 0.3), [1, 3]))
    expect(loss.dataSync()[0]).toBeCloseTo(0.1 * Math.log(8) + 0.1 * Math.log(4) + 0.8 * Math.log(8 / 5), 6)
  })

  it('is the mean over the batch, with gradient (softmax − target)/batch', () => {
    const targets = tf.tensor2d(smoothedTargets([2, 0], 3, 0), [2, 3])
    const both = tf.tensor2d([logits, logits])
    const { value, grad } = tf.valueAndGrad((x: tf.Tensor) => crossEntropy(x as tf.Tensor2D, targets))(both)
    expect(value.dataSync()[0]).toBeCloseTo((Math.log(8 / 5) + Math.log(8)) / 2, 6)
    const expected = [1 / 8, 2 / 8, 5 / 8 - 1, 1 / 8 - 1, 2 / 8, 5 / 8].map((v) => expect.closeTo(v / 2, 6))
    expect([...grad.dataSync()]).toEqual(expected)
  })

  it('does not overflow on large logits', () => {
    const loss = crossEntropy(tf.tensor2d([[1e4, -1e4]]), tf.tensor2d([[0, 1]]))
    expect(loss.dataSync()[0]).toBeCloseTo(2e4)
  })
})
