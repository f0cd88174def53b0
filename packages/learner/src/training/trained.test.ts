import { beforeAll, describe, expect, it } from 'vitest'
import { useBackend } from '../backend/use-backend.ts'
import { tf } from '../tf.ts'
import type { Adam, Optimiser, Sgd } from './optimiser.ts'
import { trained } from './trained.ts'

beforeAll(() => useBackend('wasm'))

/** Two steps from `values`, always with the same gradient, at rate 0.1. */
function twoSteps(values: readonly number[], gradient: readonly number[], optimiser: Optimiser): readonly number[] {
  const { numTensors } = tf.memory()
  const one = trained(Float32Array.from(values), optimiser)
  const g = tf.tensor1d([...gradient])
  for (let step = 0; step < 2; step++) one.step(g, 0.1)
  const after = [...one.value().dataSync()]
  one.dispose()
  g.dispose()
  expect(tf.memory().numTensors).toBe(numTensors)
  return after
}

const sgd = (changes: Partial<Sgd>): Sgd => ({ kind: 'sgd', momentum: 0, nesterov: false, weightDecay: 0, ...changes })
const adam: Adam = { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 }

describe('stochastic gradient descent', () => {
  it.each([
    ['plain: 1 − 0.1 − 0.1', sgd({}), 0.8],
    ['momentum ½: velocities 1 and 1.5', sgd({ momentum: 0.5 }), 1 - 0.1 - 0.15],
    ['Nesterov ½: steps 1 + ½·1 and 1 + ½·1.5', sgd({ momentum: 0.5, nesterov: true }), 1 - 0.15 - 0.175],
    ['decay 1: gradients 2 and 1.8', sgd({ weightDecay: 1 }), 1 - 0.2 - 0.18],
  ])('%s', (_, optimiser, expected) => {
    expect(twoSteps([1], [1], optimiser)[0]).toBeCloseTo(expected, 6)
  })
})

describe('Adam', () => {
  it('moves by the rate while the gradient stays the same, whatever its size', () => {
    expect(twoSteps([1, 1], [1, -300], adam)).toEqual([0.8, 1.2].map((value) => expect.closeTo(value, 5)))
  })

  it('takes decay as a part of the gradient', () => {
    expect(twoSteps([1, -1], [0, 0], { ...adam, weightDecay: 0.01 })).toEqual(
      [0.8, -0.8].map((value) => expect.closeTo(value, 3)),
    )
  })
})

describe('a proximal term', () => {
  // Gradient 1 twice: the first step is without a pull; after it g = 1 + 2·(0.9 − 1) = 0.8, with momentum ½ v = 1.3.
  it.each([
    ['2', sgd({}), 1 - 0.1 - 0.08],
    ['2, momentum ½', sgd({ momentum: 0.5 }), 1 - 0.1 - 0.13],
    ['2, decay 1: gradients 2 and 1 + 0.8 − 2·0.2', sgd({ weightDecay: 1 }), 1 - 0.2 - 0.14],
  ])('of %s pulls gradient descent back to the start', (_, optimiser, expected) => {
    expect(twoSteps([1], [1], { ...optimiser, proximal: 2 })[0]).toBeCloseTo(expected, 6)
  })

  // g = 1, then 1 + 10·(0.9 − 1) = 0: m = 0.09 / 0.19, v = 0.000999 / 0.001999.
  it('pulls Adam back to the start', () => {
    const second = (0.1 * (0.09 / 0.19)) / Math.sqrt(0.000999 / 0.001999)
    expect(twoSteps([1], [1], { ...adam, proximal: 10 })[0]).toBeCloseTo(1 - 0.1 - second, 6)
  })

  it('is nothing at 0', () => {
    for (const optimiser of [sgd({ momentum: 0.5, weightDecay: 0.3 }), adam]) {
      expect(twoSteps([1, -2], [1, 3], { ...optimiser, proximal: 0 })).toEqual(twoSteps([1, -2], [1, 3], optimiser))
    }
  })
})

describe('clipping', () => {
  it('scales a gradient of length 5 down to 1', () => {
    expect(twoSteps([0, 0], [3, 4], { ...sgd({}), clip: 1 })).toEqual(
      [-0.12, -0.16].map((value) => expect.closeTo(value, 5)),
    )
  })

  it('leaves a shorter one alone', () => {
    expect(twoSteps([0, 0], [3, 4], { ...sgd({}), clip: 6 })).toEqual(
      [-0.6, -0.8].map((value) => expect.closeTo(value, 5)),
    )
  })
})
