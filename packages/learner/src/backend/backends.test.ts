import { backboneByName } from '@passerby/backbones'
import { describe, expect, it } from 'vitest'
import { networkOf } from '../network/network-of.ts'
import { tf } from '../tf.ts'
import { chooseBackend } from './choose-backend.ts'
import { computeValues, deviation, gradientError, GRADIENT_TOLERANCE } from './self-check.ts'
import { storedValues } from './self-check.values.ts'
import { useBackend } from './use-backend.ts'

const network = networkOf(backboneByName('tiny', 32))
const workload = { height: 32, width: 16, batchSize: 8 }

describe('the gradient self-check', { timeout: 60_000 }, () => {
  it('stores what the cpu backend computes', async () => {
    await tf.setBackend('cpu')
    const { tiny, wide } = await computeValues()
    expect(deviation(tiny, storedValues.tiny)).toBeLessThan(1e-6)
    expect(deviation(wide, storedValues.wide)).toBeLessThan(1e-6)
  })

  it('passes on wasm, well within the tolerance', async () => {
    await useBackend('wasm')
    expect(await gradientError()).toBeLessThan(GRADIENT_TOLERANCE / 10)
  })

  it('leaves no tensor behind', async () => {
    await useBackend('wasm')
    const { numTensors } = tf.memory()
    await computeValues()
    expect(tf.memory().numTensors).toBe(numTensors)
  })

  it.each(['loss', 'gradient', 'parameters', 'embedding'] as const)('notices a wrong %s, and a NaN', (kind) => {
    const stored = storedValues.wide
    const wrong = (value: number) => ({ ...stored, [kind]: stored[kind].with(0, value) })
    const slip = 2 * GRADIENT_TOLERANCE * Math.max(...stored[kind].map(Math.abs))
    expect(deviation(wrong(stored[kind][0] + slip), stored)).toBeGreaterThan(GRADIENT_TOLERANCE)
    expect(deviation(wrong(Number.NaN), stored)).toBeNaN()
  })
})

describe('chooseBackend', () => {
  it('takes wasm where there is no WebGPU, says why, and measures it', async () => {
    const { backend, trials } = await chooseBackend({ network, workload })
    expect(backend).toBe('wasm')
    expect(tf.getBackend()).toBe('wasm')
    expect(trials[0]).toMatchObject({ state: 'refused', name: 'webgpu', reason: expect.stringContaining('no WebGPU') })
    expect(trials[1]).toMatchObject({ state: 'chosen', name: 'wasm', speed: { imagesPerSecond: expect.any(Number) } })
  })

  it('measures a smaller batch where there is no memory for all of it', async () => {
    const small: typeof network = {
      ...network,
      largestBatch: () => 3,
      open(options) {
        const session = network.open(options)
        const train: typeof session.train = (batch) => {
          expect(batch).toHaveLength(3)
          return session.train(batch)
        }
        return { ...session, train }
      },
    }
    const { trials } = await chooseBackend({ only: 'wasm', network: small, workload })
    expect(trials).toMatchObject([{ state: 'chosen' }])
  })

  it('throws every reason when nothing is left', async () => {
    await expect(chooseBackend({ only: 'webgpu', network, workload })).rejects.toMatchObject({
      code: 'no-backend',
      message: expect.stringContaining('webgpu: This browser has no WebGPU'),
    })
  })

  it('does not use a backend whose gradients are wrong, and says so', async () => {
    await useBackend('wasm')
    const own = tf.getKernel('BatchMatMul', 'wasm')
    tf.unregisterKernel(own.kernelName, 'wasm')
    // A product that is 1 % off.
    tf.registerKernel({
      ...own,
      kernelFunc: (call) => tf.mul(tf.engine().makeTensorFromTensorInfo(own.kernelFunc(call) as tf.TensorInfo), 1.01),
    })
    try {
      await expect(chooseBackend({ only: 'wasm', network, workload })).rejects.toThrow(/gradients deviate by/)
    } finally {
      tf.unregisterKernel(own.kernelName, 'wasm')
      tf.registerKernel(own)
    }
  })
})
