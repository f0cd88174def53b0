import { beforeEach, describe, expect, it } from 'vitest'
import { useBackend } from '../../backend/use-backend.ts'
import { networkOf } from '../../network/network-of.ts'
import { plainNetworkOf } from '../../network/plain-network.ts'
import { deviations, valuesOf } from '../../testing/session-values.ts'
import { tf } from '../../tf.ts'
import { residualBackbone } from '../testing/residual.ts'

describe('dense convolutions behind the first layer', () => {
  beforeEach(() => useBackend('wasm'))

  it.each([
    { batch: 3, height: 17, width: 14 },
    { batch: 4, height: 32, width: 16 },
  ])('are planned for %o as TensorFlow.js computes them on cpu', async (shape) => {
    const backbone = residualBackbone(7)
    const network = networkOf(backbone)
    const actual = await valuesOf(network, shape)
    await tf.setBackend('cpu')
    const expected = await valuesOf(plainNetworkOf(backbone), shape)
    const wrong = Object.entries(deviations(actual, expected)).filter(([, deviation]) => !(deviation < 1e-4))
    expect(wrong).toEqual([])
  })
})
