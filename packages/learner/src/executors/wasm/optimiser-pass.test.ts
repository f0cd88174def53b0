import { rng } from '@passerby/reid'
import { describe, expect, it } from 'vitest'
import type { Adam, Optimiser, Sgd } from '../../training/optimiser.ts'
import { optimiserByFormula } from '../testing/optimiser-twin.ts'
import { instantiate } from './instance.ts'
import { loadKernels } from './kernel-module.ts'
import { layOut } from './memory.ts'
import { createOptimiserPass } from './optimiser-pass.ts'

const kernels = await loadKernels()

/** A pass over buffers that start with these numbers. */
function opened(values: readonly number[], running: readonly number[] = []) {
  const instance = instantiate(kernels)
  const regions = layOut(instance.memory, instance.heapBase, { weight: values.length, statistic: running.length })
  const view = (region: 'parameters' | 'gradient' | 'statistics') => regions.view(regions.all(region))
  view('parameters').set([...values, ...running])
  /** As a larger batch would: all of a larger arena is written. */
  const growArena = (size: number) => {
    regions.fitArena(size)
    regions.view({ region: 'arena', offset: 0, size }).fill(5)
  }
  return { ...createOptimiserPass(instance, regions), view, growArena }
}

const SGD: Sgd = { kind: 'sgd', momentum: 0, nesterov: false, weightDecay: 0 }
const ADAM: Adam = { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 }

/** The parameters after steps by these gradients. */
function after(
  optimiser: Optimiser,
  values: readonly number[],
  gradients: readonly (readonly number[])[],
  rate: number,
) {
  const pass = opened(values)
  for (const gradient of gradients) {
    pass.view('gradient').set(gradient)
    pass.step(optimiser, rate)
  }
  return [...pass.view('parameters')]
}

const close = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 5))

describe('an optimiser pass in WebAssembly', () => {
  it('takes plain steps of gradient descent', () => {
    expect(after(SGD, [1, -2, 0, 4, 5], [[1, 2, -3, 0, 10]], 0.1)).toEqual(close([0.9, -2.2, 0.3, 4, 4]))
  })

  // Velocity 1, then 0.5·1 + 1 = 1.5: 2 − 0.1·(1 + 1.5). With Nesterov g + 0.5·velocity is 1.5, then 1.75.
  it('gathers momentum, and looks ahead by Nesterov', () => {
    expect(after({ ...SGD, momentum: 0.5 }, [2], [[1], [1]], 0.1)).toEqual(close([1.75]))
    expect(after({ ...SGD, momentum: 0.5, nesterov: true }, [2], [[1], [1]], 0.1)).toEqual(close([1.675]))
  })

  it('pulls towards zero by weight decay', () => {
    expect(after({ ...SGD, weightDecay: 0.5 }, [4, -2], [[0, 1]], 0.1)).toEqual(close([3.8, -2]))
  })

  // ‖(3, 4)‖ = 5: clipped to 1 it is (0.6, 0.8); a limit of 10 leaves it.
  it('clips by the norm of the whole gradient', () => {
    expect(after({ ...SGD, clip: 1 }, [0, 0], [[3, 4]], 1)).toEqual(close([-0.6, -0.8]))
    expect(after({ ...SGD, clip: 10 }, [0, 0], [[3, 4]], 1)).toEqual(close([-3, -4]))
  })

  // Adam's first step is the rate in the gradient's direction, whatever its size.
  it('takes first steps of Adam as long as the rate', () => {
    expect(after(ADAM, [1, 1, 1], [[0.001, -20, 3]], 0.1)).toEqual(close([0.9, 1.1, 0.9]))
  })

  // Gradient 1 twice: g = 1, then 1 + 2·(1.9 − 2) = 0.8. For Adam with μ = 10: 1, then 0, where m = 0.09 / 0.19.
  it('pulls back to where it started', () => {
    expect(after({ ...SGD, proximal: 2 }, [2], [[1], [1]], 0.1)).toEqual(close([1.82]))
    expect(after({ ...SGD, proximal: 2, momentum: 0.5 }, [2], [[1], [1]], 0.1)).toEqual(close([1.77]))
    const second = (0.1 * (0.09 / 0.19)) / Math.sqrt(0.000999 / 0.001999)
    expect(after({ ...ADAM, proximal: 10 }, [1], [[1], [1]], 0.1)).toEqual(close([0.9 - second]))
  })

  it('pulls to where it started after a reset, wherever a growing arena ends', () => {
    const pass = opened([7, 7, 7, 7, 7])
    const step = () => {
      pass.view('gradient').fill(1)
      pass.step({ ...SGD, proximal: 2 }, 0.1)
    }
    step()
    pass.view('parameters').fill(2)
    pass.reset()
    step()
    pass.growArena(100_000)
    step()
    expect([...pass.view('parameters')]).toEqual(close([1.82, 1.82, 1.82, 1.82, 1.82]))
  })

  it('is bit for bit the same without a proximal term as with one of 0', () => {
    const gradients = [
      [1, 2, 3, 4, 5],
      [0.1, 0.2, 0.3, 0.4, 0.5],
    ]
    for (const optimiser of [{ ...SGD, momentum: 0.9, weightDecay: 0.1 }, ADAM]) {
      const [without, of0] = [optimiser, { ...optimiser, proximal: 0 }].map((one) =>
        after(one, [1, -1, 2, -2, 3], gradients, 0.1),
      )
      expect(of0).toEqual(without)
    }
  })

  it.each<[string, Optimiser]>([
    ['sgd', { kind: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 5e-4, clip: 0.5 }],
    ['adam', { ...ADAM, weightDecay: 0.01, clip: 0.5 }],
    ['sgd with a proximal term', { kind: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 5e-4, proximal: 0.8 }],
    ['adam with a proximal term', { ...ADAM, weightDecay: 0.01, proximal: 0.8 }],
  ])('follows the formulas of %s in double precision over 20 steps', (name, optimiser) => {
    const random = rng(3, name)
    const normal = (count: number) => Array.from({ length: count }, () => Math.fround(random.normal()))
    for (const count of [1, 6, 37]) {
      const [values, gradients] = [normal(count), Array.from({ length: 20 }, () => normal(count))]
      const expected = optimiserByFormula(optimiser, values, gradients, 0.05)
      after(optimiser, values, gradients, 0.05).forEach((value, i) => expect(value).toBeCloseTo(expected[i], 5))
    }
  })

  it('moves running statistics by a tenth, and weights only by the gradient', () => {
    const pass = opened([1], [10, 20, -5])
    pass.view('statistics').set([20, 20, 5])
    pass.step(SGD, 0.1)
    expect([...pass.view('parameters')]).toEqual(close([1, 11, 20, -4]))
  })
})
