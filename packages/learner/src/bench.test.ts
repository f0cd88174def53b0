import { backboneByName } from '@passerby/backbones'
import { describe, expect, it } from 'vitest'
import { benchmark } from './bench.ts'
import { networkOf } from './network/network-of.ts'
import { plainNetworkOf } from './network/network.ts'
import { tf } from './tf.ts'

const workload = { height: 32, width: 16, batchSize: 4 }

describe('a benchmark', { timeout: 60_000 }, () => {
  it('counts what a plan calls too, which is less than TensorFlow.js calls by itself', async () => {
    const backbone = backboneByName('tiny', 16)
    const planned = await benchmark('wasm', { network: networkOf(backbone), workload, steps: 1 })
    const plain = await benchmark('wasm', { network: plainNetworkOf(backbone), workload, steps: 1 })
    expect(planned.dispatches).toBeGreaterThan(backbone.nodes.length)
    expect(plain.dispatches).toBeGreaterThan(2 * planned.dispatches)
  })

  it('times steps and leaves no tensor behind', async () => {
    const network = networkOf(backboneByName('tiny', 16))
    await benchmark('wasm', { network, workload, steps: 1 })
    const { numTensors } = tf.memory()
    const { stepMs, imagesPerSecond, backend } = await benchmark('wasm', { network, workload, steps: 3 })
    expect(backend).toBe('wasm')
    expect(imagesPerSecond).toBeCloseTo((1000 * 4) / stepMs, 6)
    expect(tf.memory().numTensors).toBe(numTensors)
  })
})
