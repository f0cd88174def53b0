import { backboneByName, initialise } from '@passerby/backbones'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { useBackend } from '../../backend/use-backend.ts'
import { networkOf } from '../../network/network-of.ts'
import { noisyPixels, placementsOf } from '../../testing/session-values.ts'
import { startWasm, wasmParts, wasmThreads } from './started.ts'

afterEach(async () => {
  vi.unstubAllGlobals()
  await startWasm(1)
})

describe('startWasm', { timeout: 60_000 }, () => {
  it('starts threads once for all who ask at once, and closes those that others replace', async () => {
    const found = [2, 2, 3].map(async (count) => {
      await startWasm(count)
      return wasmParts()?.threads
    })
    const [first, second, third] = await Promise.all(found)
    expect(second).toBe(first)
    expect(first?.lost()).toMatchObject({ message: expect.stringContaining('closed') })
    expect(third?.lost()).toBeUndefined()
    expect(wasmThreads()).toBe(3)
  })

  it('works alone where threads do not start', async () => {
    vi.stubGlobal('SharedArrayBuffer', undefined)
    await startWasm(2)
    expect(wasmParts()).toBeDefined()
    expect(wasmThreads()).toBe(1)
  })

  it('refuses a number of threads that is none, and starts others after that', async () => {
    await expect(startWasm(0)).rejects.toThrow(RangeError)
    await startWasm(2)
    expect(wasmThreads()).toBe(2)
  })
})

it('a network goes on alone after a thread is lost', { timeout: 60_000 }, async () => {
  await useBackend('wasm', { threads: 2 })
  const network = networkOf(backboneByName('tiny', 8))
  const shape = { batch: 4, height: 16, width: 16 }
  const open = () => network.open({ parameters: initialise(network.backbone, 1), pixels: noisyPixels(shape) })
  const before = open()
  before.train(placementsOf(4)).dispose()
  const threads = wasmParts()?.threads
  threads?.post(() => ({ order: 'backward', executor: -1 }))
  await expect.poll(() => threads?.lost()).toBeDefined()
  expect(() => before.train(placementsOf(4))).toThrow(expect.objectContaining({ code: 'thread-lost' }))
  before.dispose()
  const after = open()
  after.train(placementsOf(4)).dispose()
  expect(wasmThreads()).toBe(1)
  after.dispose()
})
