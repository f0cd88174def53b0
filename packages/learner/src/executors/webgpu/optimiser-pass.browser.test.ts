import { rng } from '@passerby/reid'
import { describe, expect, it } from 'vitest'
import type { Adam, Optimiser } from '../../training/optimiser.ts'
import { optimiserByFormula } from '../testing/optimiser-twin.ts'
import { optimiserCalls, startIn, stateSize, stepSettings } from './optimiser-pass.ts'
import { assemble } from './program.ts'
import { destroyRegions, fillRegions, readBuffer, runOnce } from './testing/regions.ts'
import { loadShaders, openDevice } from './testing/run-shader.ts'

const device = await openDevice()
const pipelines = await loadShaders(device, ['squares', 'sgd', 'adam'])

interface Steps {
  readonly values: Float32Array<ArrayBuffer>
  readonly gradients: readonly Float32Array<ArrayBuffer>[]
  readonly running: Float32Array<ArrayBuffer>
  readonly statistics: Float32Array<ArrayBuffer>
}

/** Weights, then running statistics, after a step of rate 0.05 by each gradient. */
async function after(optimiser: Optimiser, { values, gradients, running, statistics }: Steps): Promise<Float32Array> {
  const sizes = { weights: values.length, statistics: running.length }
  const state = new Float32Array(stateSize(optimiser, sizes))
  const start = startIn(optimiser, sizes)
  if (start !== undefined) state.set(values, start)
  const program = assemble(pipelines, optimiserCalls(optimiser, sizes))
  const regions = fillRegions(device, {
    parameters: Float32Array.of(...values, ...running),
    gradient: values,
    statistics,
    state,
    workspace: new Float32Array(program.workspace + 4),
  })
  const group = program.bind(regions)
  for (const [index, gradient] of gradients.entries()) {
    device.queue.writeBuffer(regions.gradient, 0, gradient)
    device.queue.writeBuffer(regions.state, 0, Float32Array.from(stepSettings(optimiser, 0.05, index + 1)))
    runOnce(device, program, group)
  }
  const parameters = await readBuffer(device, regions.parameters)
  destroyRegions(regions)
  program.dispose()
  return parameters
}

const ADAM: Adam = { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 }

describe('an optimiser pass on WebGPU', () => {
  it.each<[string, Optimiser]>([
    ['sgd', { kind: 'sgd', momentum: 0, nesterov: false, weightDecay: 0 }],
    ['sgd with momentum', { kind: 'sgd', momentum: 0.9, nesterov: false, weightDecay: 0.1 }],
    ['sgd with Nesterov, clipped', { kind: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 5e-4, clip: 0.5 }],
    ['adam', ADAM],
    ['sgd with a proximal term', { kind: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 5e-4, proximal: 0.8 }],
    ['adam with a proximal term', { ...ADAM, proximal: 0.8 }],
    ['adam, clipped', { ...ADAM, clip: 0.5 }],
    ['adam, clipped at more than there is', { ...ADAM, clip: 1e3 }],
  ])('follows the formulas of %s over 10 steps, whatever the size', async (name, optimiser) => {
    const random = rng(3, name)
    const normal = (count: number) => Float32Array.from({ length: count }, () => random.normal())
    for (const count of [1, 20_001]) {
      const steps = {
        values: normal(count),
        gradients: Array.from({ length: 10 }, () => normal(count)),
        running: normal(5),
        statistics: normal(5),
      }
      const expected = optimiserByFormula(optimiser, [...steps.values], steps.gradients, 0.05)
      const actual = await after(optimiser, steps)
      const largest = expected.reduce((max, value, i) => Math.max(max, Math.abs(value - actual[i])), 0)
      expect(largest).toBeLessThan(1e-5)
      steps.running.forEach((value, i) => {
        const left = 0.9 ** 10
        expect(actual[count + i]).toBeCloseTo(left * value + (1 - left) * steps.statistics[i], 5)
      })
    }
  })

  // Gradient 1 twice at a rate of 0.05: g = 1, then 1 + 2·(1.95 − 2) = 0.9. For Adam with μ = 20: 1, then 0.
  it.each<[string, Optimiser, number]>([
    ['sgd', { kind: 'sgd', momentum: 0, nesterov: false, weightDecay: 0, proximal: 2 }, 2 - 0.05 - 0.045],
    [
      'adam',
      { ...ADAM, weightDecay: 0, proximal: 20 },
      2 - 0.05 - (0.05 * (0.09 / 0.19)) / Math.sqrt(0.000999 / 0.001999),
    ],
  ])('pulls %s back to where it started', async (_, optimiser, expected) => {
    const one = Float32Array.of(1)
    const steps = { values: Float32Array.of(2), gradients: [one, one], running: one, statistics: one }
    expect((await after(optimiser, steps))[0]).toBeCloseTo(expected, 5)
  })
})
