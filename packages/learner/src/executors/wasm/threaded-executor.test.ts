import { backboneByName, initialise } from '@passerby/backbones'
import { rng } from '@passerby/reid'
import { afterAll, describe, expect, it } from 'vitest'
import type { Optimiser } from '../../training/optimiser.ts'
import { createWasmExecutor, type WasmExecutor } from './executor.ts'
import { loadKernels } from './kernel-module.ts'
import { createThreadedExecutor } from './threaded-executor.ts'
import { openThreads, type Threads } from './threads/threads.ts'

const kernels = await loadKernels()
const threadsBy = new Map<number, Threads>()
for (const count of [2, 3, 4]) threadsBy.set(count, await openThreads(count))
afterAll(() => threadsBy.forEach((threads) => threads.close()))

function opened(name: string, count: number): WasmExecutor {
  const threads = threadsBy.get(count)
  const backbone = backboneByName(name, EMBEDDING)
  const executor = threads ? createThreadedExecutor(backbone, kernels, threads) : createWasmExecutor(backbone, kernels)
  executor.load(initialise(backbone, 1))
  return executor
}

const EMBEDDING = 16
const SIZE = { height: 32, width: 16 }
const sgd: Optimiser = { kind: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 5e-4 }
const normal = (count: number, name: string) => {
  const random = rng(7, name)
  return Float32Array.from({ length: count }, () => random.normal())
}

const placed = (batch: number) => {
  const images = normal(batch * SIZE.height * SIZE.width * 3, `images ${batch}`)
  return (into: Float32Array) => into.set(images)
}

/** Everything that one step computes, copied, and embeddings after it. */
function step(executor: WasmExecutor, batch: number, optimiser = sgd) {
  const place = placed(batch)
  const pass = executor.forward({ batch, ...SIZE, training: true }, place)
  const embeddings = pass.embeddings.slice()
  const gradient = pass.backward(normal(embeddings.length, 'direction')).slice()
  executor.update(optimiser, 1e-3)
  const parameters = executor.parameters().slice()
  const after = executor.forward({ batch, ...SIZE, training: false }, place).embeddings.slice()
  return { embeddings, gradient, parameters, after }
}

/** Steps towards random embeddings: from first values OSNet is chaotic, and no two implementations agree. */
function warmUp(executor: WasmExecutor, batch: number, steps: number): void {
  for (let n = 0; n < steps; n++) {
    const pass = executor.forward({ batch, ...SIZE, training: true }, placed(batch))
    const targets = normal(pass.embeddings.length, 'targets')
    pass.backward(pass.embeddings.map((value, i) => value - targets[i]))
    executor.update(sgd, 0.003)
  }
}

/** Largest difference of each, relative to the largest value. */
function deviations(actual: ReturnType<typeof step>, expected: ReturnType<typeof step>) {
  const deviation = (kind: keyof typeof expected) => {
    const scale = expected[kind].reduce((max, value) => Math.max(max, Math.abs(value)), 0)
    return expected[kind].reduce((max, value, i) => Math.max(max, Math.abs(value - actual[kind][i])), 0) / scale
  }
  return {
    embeddings: deviation('embeddings'),
    gradient: deviation('gradient'),
    parameters: deviation('parameters'),
    after: deviation('after'),
  }
}

describe('an executor of several threads', { timeout: 60_000 }, () => {
  it.each([
    ['tiny', 2, 7, 60],
    ['tiny', 3, 7, 60],
    ['tiny', 4, 3, 60],
    ['osnet_x0_25', 2, 11, 60],
    ['osnet_x0_25', 3, 11, 60],
    ['mobilenet_v1+gem', 3, 12, 60],
    ['resnet18+bnneck', 2, 7, 3],
  ])('computes for %s on %i threads, for %i images, what one thread computes', (name, count, batch, steps) => {
    const [alone, together] = [opened(name, 0), opened(name, count)]
    warmUp(alone, batch, steps)
    together.load(alone.parameters())
    alone.load(alone.parameters().slice())
    const found = Object.entries(deviations(step(together, batch), step(alone, batch)))
    expect(found.filter(([, deviation]) => !(deviation < 1e-4))).toEqual([])
  })

  it.each([2, 4])('pulls %i threads to where they started, for 3 images, as it pulls one', (count) => {
    const [alone, together] = [opened('tiny', 0), opened('tiny', count)]
    warmUp(alone, 3, 60)
    const start = alone.parameters().slice()
    const wayOf = (executor: WasmExecutor, proximal: number) => {
      executor.load(start)
      const optimiser = { ...sgd, proximal }
      for (let n = 0; n < 6; n++) step(executor, 3, optimiser)
      return step(executor, 3, optimiser)
    }
    const pulled = wayOf(alone, 50)
    const found = Object.entries(deviations(wayOf(together, 50), pulled))
    expect(found.filter(([, deviation]) => !(deviation < 1e-4))).toEqual([])
    expect(deviations(wayOf(alone, 0), pulled).after).toBeGreaterThan(1e-3)
  })

  it('computes the same bits again, whatever ran in between', () => {
    const executor = opened('tiny', 3)
    const first = step(executor, 5)
    for (const batch of [2, 4, 3]) step(executor, batch)
    executor.load(initialise(backboneByName('tiny', EMBEDDING), 1))
    expect(step(executor, 5)).toEqual(first)
    expect(step(opened('tiny', 3), 5)).toEqual(first)
  })

  it('holds the same memory after 300 steps of two batch sizes', () => {
    const executor = opened('tiny', 2)
    for (const batch of [5, 6]) step(executor, batch)
    const bytes = executor.bytes()
    for (let n = 0; n < 150; n++) for (const batch of [5, 6]) step(executor, batch)
    expect(executor.bytes()).toBe(bytes)
  })

  it('goes back from the last forward only, and once', () => {
    const executor = opened('tiny', 2)
    const pass = executor.forward({ batch: 4, ...SIZE, training: true }, (images) => images.fill(0))
    const direction = normal(4 * EMBEDDING, 'direction')
    pass.backward(direction)
    expect(() => pass.backward(direction)).toThrow(/only the last forward/)
  })

  it('goes on after images that could not be placed, or that it cannot plan for', () => {
    const executor = opened('tiny', 3)
    const expected = step(executor, 5)
    executor.load(initialise(backboneByName('tiny', EMBEDDING), 1))
    const fail = () => {
      throw new RangeError('there is no such image')
    }
    expect(() => executor.forward({ batch: 5, ...SIZE, training: true }, fail)).toThrow(/no such image/)
    expect(() => executor.forward({ batch: 5, height: 1, width: 1, training: true }, fail)).toThrow(RangeError)
    expect(step(executor, 5)).toEqual(expected)
  })

  it('ends in an error, not in a hang, when a thread dies, and says of what', async () => {
    const threads = await openThreads(2, 200)
    const executor = createThreadedExecutor(backboneByName('tiny', EMBEDDING), kernels, threads)
    threads.post(() => ({ order: 'backward', executor: -1 }))
    expect(() => step(executor, 4)).toThrow(expect.objectContaining({ code: 'thread-lost' }))
    expect(threads.lost()).toMatchObject({ code: 'thread-lost' })
    await expect.poll(() => threads.lost()?.cause).toMatchObject({ message: expect.stringContaining('executor -1') })
    expect(() => step(executor, 4)).toThrow(expect.objectContaining({ code: 'thread-lost' }))
    threads.close()
  })

  it('takes no more orders when its threads are closed', async () => {
    const threads = await openThreads(2)
    const executor = createThreadedExecutor(backboneByName('tiny', EMBEDDING), kernels, threads)
    threads.close()
    expect(() => step(executor, 4)).toThrow(/were closed/)
  })

  it('refuses a number of threads that is none', async () => {
    await expect(openThreads(0)).rejects.toThrow(RangeError)
    await expect(openThreads(1.5)).rejects.toThrow(/1.5 threads/)
  })
})
