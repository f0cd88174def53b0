import { backboneByName, initialise } from '@passerby/backbones'
import { beforeAll, describe, expect, it } from 'vitest'
import { useBackend } from '../../backend/use-backend.ts'
import { countDeviceCalls } from '../../bench/counts.ts'
import { watchMethod } from '../../bench/watch-method.ts'
import { locateWasmFiles } from '../../browser.ts'
import { networkOf } from '../../network/network-of.ts'
import { fedpav } from '../../strategies/fedpav.ts'
import {
  calmParameters,
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
import { smoothedTargets } from '../../training/loss.ts'
import type { Optimiser } from '../../training/optimiser.ts'
import { openTrainer } from '../../training/trainer.ts'
import { leastDeviations } from '../testing/agreement.ts'

const EMBEDDING = 16

beforeAll(locateWasmFiles)

async function networkOn(backend: 'webgpu' | 'wasm', name: string) {
  await useBackend(backend)
  return networkOf(backboneByName(name, EMBEDDING))
}

/** Cosine of the angle between two vectors. */
function alignment(a: Float32Array, b: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array) => x.reduce((sum, value, i) => sum + value * y[i], 0)
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))
}

const largestDifference = (a: Float32Array, b: Float32Array) =>
  a.reduce((max, value, i) => Math.max(max, Math.abs(value - b[i])), 0)

describe('a session on WebGPU', { timeout: 120_000 }, () => {
  it.each([
    { batch: 3, height: 17, width: 16 },
    { batch: 8, height: 32, width: 16 },
  ])('computes for tiny at %o what WebAssembly computes', async (shape) => {
    const expected = await valuesOf(await networkOn('wasm', 'tiny'), shape)
    const actual = await valuesOf(await networkOn('webgpu', 'tiny'), shape)
    const found = Object.entries(deviations(actual, expected))
    expect(found.filter(([, deviation]) => !(deviation < 1e-4))).toEqual([])
  })

  it.each([
    ['mobilenet_v1', { batch: 4, height: 64, width: 32 }],
    ['mobilenet_v2', { batch: 4, height: 64, width: 32 }],
    ['resnet18+stride1+gem+bnneck', { batch: 4, height: 32, width: 32 }],
    ['resnet50', { batch: 4, height: 32, width: 32 }],
  ])('computes for %s at %o what WebAssembly computes', async (name, shape) => {
    const onWasm = await networkOn('wasm', name)
    const parameters = await calmParameters(onWasm, shape)
    const onDevice = await networkOn('webgpu', name)
    const found = await leastDeviations(async (name) => {
      await useBackend('wasm')
      const expected = await valuesOf(onWasm, shape, { parameters, name })
      await useBackend('webgpu')
      return { actual: await valuesOf(onDevice, shape, { parameters, name }), expected }
    })
    expect(Object.entries(found).filter(([, deviation]) => !(deviation < 1e-4))).toEqual([])
  })

  it('computes for OSNet what WebAssembly computes, as far as rounding turns over no ReLU', async () => {
    const shape = { batch: 8, height: 32, width: 16 }
    const expected = await valuesOf(await networkOn('wasm', 'osnet_x0_25'), shape)
    const actual = await valuesOf(await networkOn('webgpu', 'osnet_x0_25'), shape)
    expect(deviations(actual, expected).embeddings).toBeLessThan(5e-4)
    expect(alignment(actual.gradient, expected.gradient)).toBeGreaterThan(0.999)
  })

  it.each([
    ['tiny', 0.05],
    ['osnet_x0_25', 0.01],
  ])('follows the loss curve of WebAssembly over 20 steps of %s', async (name, rate) => {
    const onWasm = await networkOn('wasm', name)
    const parameters = await warmParameters(onWasm)
    const expected = await lossCurve(onWasm, { rate, parameters })
    const actual = await lossCurve(await networkOn('webgpu', name), { rate, parameters })
    expect(actual).toEqual(expected.map((loss) => expect.closeTo(loss, 3)))
  })

  // Adam follows the sign even of gradients that are rounding alone, as they are in front of a batch norm.
  it.each<[string, Optimiser, number, number]>([
    ['SGD', NESTEROV, 0.02, 1e-3],
    ['Adam', { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 5e-4 }, 1e-3, 0.1],
  ])('pulls to where it started, by %s as WebAssembly does', async (_, optimiser, rate, share) => {
    const onWasm = await networkOn('wasm', 'tiny')
    const free = { rate, parameters: await warmParameters(onWasm), optimiser, steps: 8 }
    const pulled = { ...free, optimiser: { ...optimiser, proximal: 2 } }
    const expected = await trainedParameters(onWasm, pulled)
    const withoutPull = largestDifference(await trainedParameters(onWasm, free), expected)
    const actual = await trainedParameters(await networkOn('webgpu', 'tiny'), pulled)
    expect(withoutPull).toBeGreaterThan(1e-3)
    expect(largestDifference(actual, expected)).toBeLessThan(share * withoutPull)
  })

  it('keeps no tensor and no byte over 60 steps, and allocates nothing in a step', async () => {
    const network = await networkOn('webgpu', 'tiny')
    const first = await lossCurve(network, { rate: 0.05, steps: 3 })
    const before = tf.memory()
    const made: string[] = []
    const restore = watchMethod<GPUDevice, [GPUBufferDescriptor]>(GPUDevice.prototype, 'createBuffer', (call) =>
      made.push(call.args[0].label ?? ''),
    )
    const curve = await lossCurve(network, { rate: 0.05, steps: 60 })
    restore()
    expect(curve.slice(0, 3)).toEqual(first)
    expect(tf.memory()).toEqual(before)
    expect(made.filter((label) => label === 'arena')).toHaveLength(2)
    expect(made.filter((label) => label === 'calls')).toHaveLength(3)
  })

  it('steps through OSNet in at most 1,200 dispatches and 12 submissions', async () => {
    const network = await networkOn('webgpu', 'osnet_x0_25')
    const shape = { batch: 16, height: 64, width: 32 }
    const classes = 8
    const trainer = openTrainer(network, {
      backbone: initialise(network.backbone, 1),
      head: new Float32Array((EMBEDDING + 1) * classes),
      pixels: noisyPixels(shape),
      rates: { backbone: 0.01, head: 0.01 },
      optimiser: NESTEROV,
      objective: fedpav.objective,
    })
    const labels = Array.from({ length: shape.batch }, (_, i) => i % classes)
    const batch = { images: placementsOf(shape.batch), targets: smoothedTargets(labels, classes, 0.1) }
    trainer.step(batch).dispose()
    const counts = await countDeviceCalls(async () => trainer.step(batch).dispose())
    trainer.dispose()
    expect(counts?.dispatches).toBeGreaterThan(500)
    expect(counts?.dispatches).toBeLessThanOrEqual(1200)
    expect(counts?.submits).toBeLessThanOrEqual(12)
    expect(counts?.readBack).toBe(0)
    expect(counts?.uploaded).toBeLessThan(5000)
  })

  it('goes back from its last batch only, once, and by a gradient of its shape', async () => {
    const network = await networkOn('webgpu', 'tiny')
    const shape = { batch: 4, height: 16, width: 16 }
    const session = network.open({ parameters: initialise(network.backbone, 1), pixels: noisyPixels(shape) })
    const direction = tf.zeros<tf.Rank.R2>([4, EMBEDDING])
    expect(() => session.back(direction)).toThrow(RangeError)
    session.train(placementsOf(4)).dispose()
    session.embed(placementsOf(4)).dispose()
    expect(() => session.back(direction)).toThrow(/only the last train/)
    session.train(placementsOf(4)).dispose()
    expect(() => session.back(tf.zeros<tf.Rank.R2>([3, EMBEDDING]))).toThrow(/3×16 where 4×16/)
    session.back(direction)
    expect(() => session.back(direction)).toThrow(/only the last train/)
    expect(() => session.update(0.1)).toThrow(/no optimiser/)
    expect(() => session.train(placementsOf(1))).toThrow(/batch of 1/)
    expect(() => session.embed(placementsOf(5))).toThrow(/image 4 of 4/)
    session.dispose()
  })

  it('updates by its last batch only', async () => {
    const network = await networkOn('webgpu', 'tiny')
    const pixels = noisyPixels({ batch: 4, height: 16, width: 16 })
    const session = network.open({ parameters: initialise(network.backbone, 1), pixels, optimiser: NESTEROV })
    session.train(placementsOf(4)).dispose()
    session.back(tf.zeros<tf.Rank.R2>([4, EMBEDDING]))
    session.embed(placementsOf(4)).dispose()
    session.update(0.1)
    session.train(placementsOf(4)).dispose()
    expect(() => session.update(0.1)).toThrow(/last train was not gone back from/)
    session.dispose()
  })

  it('says what to do about a batch that the device has no room for', async () => {
    const network = await networkOn('webgpu', 'osnet_x1_0')
    const shape = { batch: 1, height: 256, width: 128 }
    const session = network.open({ parameters: initialise(network.backbone, 1), pixels: noisyPixels(shape) })
    const batch = Array.from({ length: 1000 }, () => placementsOf(1)[0])
    expect(() => session.train(batch)).toThrow(/no \d+ MiB.*smaller batches/)
    session.dispose()
  })
})
