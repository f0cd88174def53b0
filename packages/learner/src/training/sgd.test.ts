import { beforeAll, describe, expect, it } from 'vitest'
import { useBackend } from '../backend/use-backend.ts'
import { tf } from '../tf.ts'
import { sgdStep, trained, type Sgd } from './sgd.ts'

beforeAll(() => useBackend('wasm'))

/** Two steps from 1 with gradient 1, rate 0.1. */
function twoSteps(options: Sgd): number {
  let one = trained(Float32Array.of(1))
  for (let step = 0; step < 2; step++) one = sgdStep(one, tf.tensor1d([1]), 0.1, options)
  return one.value.dataSync()[0]
}

describe('stochastic gradient descent', () => {
  it.each([
    ['plain: 1 − 0.1 − 0.1', { momentum: 0, nesterov: false, weightDecay: 0 }, 0.8],
    ['momentum ½: velocities 1 and 1.5', { momentum: 0.5, nesterov: false, weightDecay: 0 }, 1 - 0.1 - 0.15],
    ['Nesterov ½: steps 1 + ½·1 and 1 + ½·1.5', { momentum: 0.5, nesterov: true, weightDecay: 0 }, 1 - 0.15 - 0.175],
    ['decay 1: gradients 2 and 1.8', { momentum: 0, nesterov: false, weightDecay: 1 }, 1 - 0.2 - 0.18],
  ])('%s', (_, options, expected) => {
    expect(twoSteps(options)).toBeCloseTo(expected, 6)
  })
})
