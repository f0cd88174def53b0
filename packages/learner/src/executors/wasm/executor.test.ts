import { backboneByName, countParameters, initialise } from '@passerby/backbones'
import { rng } from '@passerby/reid'
import { describe, expect, it } from 'vitest'
import { createWasmExecutor } from './executor.ts'
import { loadKernels } from './kernel-module.ts'

const kernels = await loadKernels()
const backbone = backboneByName('tiny', 8)
const size = { height: 24, width: 17 }
const training = (batch: number) => ({ batch, ...size, training: true })

function opened() {
  const executor = createWasmExecutor(backbone, kernels)
  executor.parameters().set(initialise(backbone, 1))
  return executor
}

const normal = (count: number, name: string) => {
  const random = rng(7, name)
  return Float32Array.from({ length: count }, () => random.normal())
}
const images = (batch: number) => normal(batch * size.height * size.width * 3, `images ${batch}`)

/** Everything that one step computes, copied. */
function step(executor: ReturnType<typeof opened>, batch: number) {
  const pass = executor.forward(images(batch), training(batch))
  const embeddings = pass.embeddings.slice()
  const gradient = pass.backward(normal(batch * 8, 'direction')).slice()
  return { embeddings, gradient, statistics: executor.statistics().slice() }
}

describe('createWasmExecutor', { timeout: 30_000 }, () => {
  it('computes the same bits again, whatever ran in between', () => {
    const executor = opened()
    const first = step(executor, 5)
    for (const batch of [2, 3, 9, 4, 6, 7, 8, 10, 11]) step(executor, batch)
    executor.forward(images(3), { ...training(3), training: false })
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
    const { gradient, statistics } = step(executor, 5)
    expect(executor.parameters()).toEqual(initialise(backbone, 1))
    expect(gradient).toHaveLength(countParameters(backbone).weight)
    expect(statistics).toHaveLength(countParameters(backbone).statistic)
    expect(gradient.every(Number.isFinite)).toBe(true)
  })

  it('goes back from the last forward only, and once', () => {
    const executor = opened()
    const first = executor.forward(images(3), training(3))
    const second = executor.forward(images(3), training(3))
    const direction = normal(3 * 8, 'direction')
    expect(() => first.backward(direction)).toThrow(/only the last forward/)
    expect(second.backward(direction)).toBeInstanceOf(Float32Array)
    expect(() => second.backward(direction)).toThrow(RangeError)
    const inference = executor.forward(images(3), { ...training(3), training: false })
    expect(() => inference.backward(direction)).toThrow(/in training/)
  })

  it('refuses other images or gradients than planned for', () => {
    const executor = opened()
    expect(() => executor.forward(images(3), training(4))).toThrow(/forward: 3672 values where 4896 are planned for/)
    const pass = executor.forward(images(3), training(3))
    expect(() => pass.backward(normal(5, 'direction'))).toThrow(/backward: 5 values where 24/)
  })
})
