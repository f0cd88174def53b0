import { backboneByName, backboneNames, initialise } from '@passerby/backbones'
import { beforeEach, describe, expect, it } from 'vitest'
import { useBackend } from '../../backend/use-backend.ts'
import { networkOf } from '../../network/network-of.ts'
import { plainNetworkOf } from '../../network/plain-network.ts'
import {
  deviations,
  lossCurve,
  NESTEROV,
  noisyPixels,
  placementsOf,
  trainedParameters,
  valuesOf,
  warmParameters,
} from '../../testing/session-values.ts'
import { tf } from '../../tf.ts'
import type { Optimiser } from '../../training/optimiser.ts'

const EMBEDDING = 16
const networkNamed = (name: string) => networkOf(backboneByName(name, EMBEDDING))

/** Of two lots of values, or of one from 0. */
const largestDifference = (a: Float32Array, b?: Float32Array) =>
  a.reduce((max, value, i) => Math.max(max, Math.abs(value - (b?.[i] ?? 0))), 0)

const length = (values: Float32Array) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0))

describe('a session on wasm', { timeout: 60_000 }, () => {
  beforeEach(() => useBackend('wasm'))

  it.each([
    ['tiny', { batch: 3, height: 17, width: 16 }],
    ['tiny', { batch: 8, height: 32, width: 16 }],
    ['osnet_x0_25', { batch: 8, height: 32, width: 16 }],
  ] as const)('computes for %s at %o what TensorFlow.js computes on cpu', async (name, shape) => {
    const actual = await valuesOf(networkNamed(name), shape)
    await tf.setBackend('cpu')
    const expected = await valuesOf(plainNetworkOf(backboneByName(name, EMBEDDING)), shape)
    expect(Object.entries(deviations(actual, expected)).filter(([, deviation]) => !(deviation < 1e-4))).toEqual([])
  })

  it.each(backboneNames)('plans %s, so that none is left to TensorFlow.js', async (name) => {
    const shape = { batch: 2, height: 32, width: 16 }
    expect(networkNamed(name).stepPlan(shape)).toBeDefined()
    const { gradient } = await valuesOf(networkNamed(name), shape)
    expect(gradient.every(Number.isFinite)).toBe(true)
  })

  it.each([
    ['tiny', 0.05],
    ['osnet_x0_25', 0.01],
  ])('follows the loss curve of TensorFlow.js over 20 steps of %s', async (name, rate) => {
    const parameters = await warmParameters(networkNamed(name))
    const expected = await lossCurve(plainNetworkOf(backboneByName(name, EMBEDDING)), { rate, parameters })
    const actual = await lossCurve(networkNamed(name), { rate, parameters })
    expect(actual).toEqual(expected.map((loss) => expect.closeTo(loss, 3)))
    expect(expected.at(-1)).toBeLessThan(expected[0] / 2)
  })

  it.each<[string, Optimiser, number]>([
    ['SGD', { ...NESTEROV, proximal: 2 }, 0.02],
    ['Adam', { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 5e-4, proximal: 2 }, 1e-3],
  ])('pulls to where each session started, by %s as TensorFlow.js does', async (_, optimiser, rate) => {
    const [network, plain] = [networkNamed('tiny'), plainNetworkOf(backboneByName('tiny', EMBEDDING))]
    let parameters = await warmParameters(network)
    for (let round = 1; round <= 2; round++) {
      const expected = await trainedParameters(plain, { rate, parameters, optimiser, steps: 8 })
      const actual = await trainedParameters(network, { rate, parameters, optimiser, steps: 8 })
      expect(largestDifference(actual, expected) / largestDifference(expected)).toBeLessThan(1e-4)
      const free = await trainedParameters(network, {
        rate,
        parameters,
        optimiser: { ...optimiser, proximal: 0 },
        steps: 8,
      })
      expect(largestDifference(actual, free) / largestDifference(expected)).toBeGreaterThan(1e-3)
      parameters = actual
    }
  })

  it('stays near where it started when that pulls hard', async () => {
    const network = networkNamed('tiny')
    const { weights } = network.sizes
    const parameters = await warmParameters(network)
    const wayWith = async (proximal: number) => {
      const optimiser = { ...NESTEROV, proximal }
      const after = await trainedParameters(network, { rate: 0.02, parameters, optimiser, steps: 40 })
      return length(after.subarray(0, weights).map((value, i) => value - parameters[i]))
    }
    const [free, near, nearer] = [await wayWith(0), await wayWith(1), await wayWith(20)]
    expect(near).toBeLessThan(free)
    expect(nearer).toBeLessThan(free / 4)
    expect(nearer).toBeGreaterThan(0)
  })

  it('keeps no tensor over 300 steps, and starts anew when it is opened again', async () => {
    const network = networkNamed('tiny')
    const first = await lossCurve(network, { rate: 0.05, steps: 150 })
    const before = tf.memory()
    expect(await lossCurve(network, { rate: 0.05, steps: 150 })).toEqual(first)
    expect(tf.memory().numTensors).toBe(before.numTensors)
    expect(tf.memory().numBytes).toBe(before.numBytes)
  })

  it('is disposed once: a second time takes nothing from the next one', async () => {
    const network = networkNamed('tiny')
    const shape = { batch: 2, height: 16, width: 16 }
    const open = (seed: number) =>
      network.open({ parameters: initialise(network.backbone, seed), pixels: noisyPixels(shape) })
    const first = open(1)
    first.dispose()
    const second = open(2)
    first.dispose()
    const third = open(3)
    expect(await second.read()).toEqual(initialise(network.backbone, 2))
    second.dispose()
    third.dispose()
  })

  it('runs beside another one of the same network', async () => {
    const network = networkNamed('tiny')
    const alone = await lossCurve(network, { rate: 0.05, steps: 5 })
    const both = await Promise.all([1, 2].map(() => lossCurve(network, { rate: 0.05, steps: 5 })))
    expect(both).toEqual([alone, alone])
  })
})

describe.each(['wasm', 'cpu'])('every session, on %s', (backend) => {
  const shape = { batch: 4, height: 16, width: 16 }
  const open = (optimiser?: Optimiser) => {
    const network = networkNamed('tiny')
    const options = { parameters: initialise(network.backbone, 1), pixels: noisyPixels(shape) }
    return network.open(optimiser ? { ...options, optimiser } : options)
  }

  beforeEach(async () => {
    await useBackend('wasm')
    await tf.setBackend(backend)
  })

  it('goes back from its last batch only, and once', () => {
    const session = open()
    const direction = tf.zeros<tf.Rank.R2>([4, EMBEDDING])
    expect(() => session.back(direction)).toThrow(RangeError)
    session.train(placementsOf(4))
    session.embed(placementsOf(4))
    expect(() => session.back(direction)).toThrow(/only the last train/)
    session.train(placementsOf(4))
    session.back(direction)
    expect(() => session.back(direction)).toThrow(/only the last train/)
    session.dispose()
  })

  it('does not go back from the batch before one that it refused', () => {
    const session = open()
    session.train(placementsOf(4)).dispose()
    expect(() => session.train(placementsOf(1))).toThrow(/batch of 1/)
    expect(() => session.back(tf.zeros<tf.Rank.R2>([4, EMBEDDING]))).toThrow(/only the last train/)
    session.dispose()
  })

  it('updates by its last batch only', () => {
    const session = open(NESTEROV)
    session.train(placementsOf(4)).dispose()
    session.back(tf.zeros<tf.Rank.R2>([4, EMBEDDING]))
    session.embed(placementsOf(4)).dispose()
    session.update(0.1)
    session.train(placementsOf(4)).dispose()
    expect(() => session.update(0.1)).toThrow(/last train was not gone back from/)
    session.dispose()
  })

  it('refuses what it cannot train on', () => {
    const session = open()
    expect(() => session.train(placementsOf(1))).toThrow(/batch of 1/)
    expect(() => session.embed([])).toThrow(/batch of 0/)
    expect(() => session.embed(placementsOf(5))).toThrow(/image 4 of 4/)
    expect(() => session.update(0.1)).toThrow(/no optimiser/)
    session.dispose()
    const network = networkNamed('tiny')
    expect(() => network.open({ parameters: new Float32Array(3), pixels: noisyPixels(shape) })).toThrow(/3 values/)
  })
})
