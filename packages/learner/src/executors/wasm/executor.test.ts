import { backboneByName, countParameters, initialise } from '@passerby/backbones'
import { rng } from '@passerby/reid'
import { describe, expect, it } from 'vitest'
import type { Optimiser } from '../../training/optimiser.ts'
import { createWasmExecutor, type WasmExecutor } from './executor.ts'
import { loadKernels } from './kernel-module.ts'

const kernels = await loadKernels()
const backbone = backboneByName('tiny', 8)
const size = { height: 24, width: 17 }
const training = (batch: number) => ({ batch, ...size, training: true })

function opened() {
  const executor = createWasmExecutor(backbone, kernels)
  executor.load(initialise(backbone, 1))
  return executor
}

const normal = (count: number, name: string) => {
  const random = rng(7, name)
  return Float32Array.from({ length: count }, () => random.normal())
}
const images = (batch: number) => normal(batch * size.height * size.width * 3, `images ${batch}`)
const place = (batch: number) => (into: Float32Array) => into.set(images(batch))

const sgd: Optimiser = { kind: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 5e-4 }

/** Everything that one step computes, copied. */
function step(executor: WasmExecutor, batch: number) {
  executor.load(initialise(backbone, 1))
  const pass = executor.forward(training(batch), place(batch))
  const embeddings = pass.embeddings.slice()
  const gradient = pass.backward(normal(batch * 8, 'direction')).slice()
  executor.update(sgd, 0.1)
  return { embeddings, gradient, parameters: executor.parameters().slice() }
}

describe('createWasmExecutor', { timeout: 30_000 }, () => {
  it('computes the same bits again, whatever ran in between', () => {
    const executor = opened()
    const first = step(executor, 5)
    for (const batch of [2, 3, 9, 4, 6, 7, 8, 10, 11]) step(executor, batch)
    executor.forward({ ...training(3), training: false }, place(3))
    expect(step(executor, 5)).toEqual(first)
    expect(step(opened(), 5)).toEqual(first)
  })

  it('holds the same memory after 300 steps of two batch sizes', () => {
    const executor = opened()
    for (const batch of [7, 8]) step(executor, batch)
    const bytes = executor.bytes()
    for (let n = 0; n < 150; n++) for (const batch of [7, 8]) step(executor, batch)
    expect(executor.bytes()).toBe(bytes)
  })

  it('leaves parameters alone, and gives a gradient to every weight', () => {
    const executor = opened()
    const gradient = executor.forward(training(5), place(5)).backward(normal(5 * 8, 'direction'))
    expect(executor.parameters()).toEqual(initialise(backbone, 1))
    expect(gradient).toHaveLength(countParameters(backbone).weight)
    expect(gradient.every(Number.isFinite)).toBe(true)
  })

  it('still has the gradient when a larger batch was embedded', () => {
    const executor = opened()
    const gradient = executor
      .forward(training(2), place(2))
      .backward(normal(2 * 8, 'direction'))
      .slice()
    const bytes = executor.bytes()
    executor.forward({ ...training(60), training: false }, place(60))
    expect(executor.bytes()).toBeGreaterThan(bytes)
    expect(executor.gradient()).toEqual(gradient)
  })

  it('forgets momentum and steps when parameters are loaded', () => {
    const executor = opened()
    const first = step(executor, 4)
    step(executor, 4)
    executor.update({ kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 }, 0.1)
    expect(step(executor, 4)).toEqual(first)
  })

  it('goes back from the last forward only, and once', () => {
    const executor = opened()
    const first = executor.forward(training(3), place(3))
    const second = executor.forward(training(3), place(3))
    const direction = normal(3 * 8, 'direction')
    expect(() => first.backward(direction)).toThrow(/only the last forward/)
    expect(second.backward(direction)).toBeInstanceOf(Float32Array)
    expect(() => second.backward(direction)).toThrow(RangeError)
    const inference = executor.forward({ ...training(3), training: false }, place(3))
    expect(() => inference.backward(direction)).toThrow(/in training/)
  })

  it('refuses other gradients than planned for, and other parameters than the backbone has', () => {
    const executor = opened()
    const pass = executor.forward(training(3), place(3))
    expect(() => pass.backward(normal(5, 'direction'))).toThrow(/backward: 5 values where 24/)
    expect(() => executor.load(new Float32Array(7))).toThrow(/load: 7 values/)
  })
})
