import { rng } from '@passerby/reid'
import { beforeAll, describe, expect, it } from 'vitest'
import { useBackend } from '../../backend/use-backend.ts'
import { tf } from '../../tf.ts'
import type { Optimiser } from '../../training/optimiser.ts'
import { optimiserByFormula } from '../testing/optimiser-twin.ts'
import { trainedOnDevice } from './trained-on-device.ts'

beforeAll(() => useBackend('webgpu'))

describe('a trained tensor on WebGPU', { timeout: 120_000 }, () => {
  it.each<[string, Optimiser]>([
    ['sgd', { kind: 'sgd', momentum: 0, nesterov: false, weightDecay: 0 }],
    ['sgd with Nesterov, clipped', { kind: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 5e-4, clip: 0.5 }],
    ['adam', { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 }],
    ['sgd with a proximal term', { kind: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 5e-4, proximal: 0.8 }],
    [
      'adam with a proximal term',
      { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01, proximal: 0.8 },
    ],
  ])('follows the formulas of %s, and keeps no tensor', async (name, optimiser) => {
    const random = rng(4, name)
    const normal = () => Float32Array.from({ length: 131 }, () => random.normal())
    const [values, gradients] = [normal(), Array.from({ length: 10 }, normal)]
    const before = tf.memory()
    const head = trainedOnDevice(values, optimiser)
    const counts = gradients.map((gradient) => {
      const given = tf.tensor1d(gradient)
      head.step(given, 0.05)
      given.dispose()
      return tf.memory().numTensors
    })
    const expected = optimiserByFormula(optimiser, [...values], gradients, 0.05)
    for (const [i, value] of (await head.value().data()).entries()) expect(value).toBeCloseTo(expected[i], 5)
    expect(new Set(counts).size).toBe(1)
    head.dispose()
    expect(tf.memory().numTensors).toBe(before.numTensors)
  })
})
