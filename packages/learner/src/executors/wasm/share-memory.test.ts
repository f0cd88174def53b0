import { backboneByName, smallestArena } from '@passerby/backbones'
import { describe, expect, it } from 'vitest'
import { fittingShares, planShare } from './share-memory.ts'
import { shareOf } from './threads/orders.ts'
import { WASM_ARENA } from './workspace.ts'

const backbone = backboneByName('osnet_x0_25', 8)
const images = { height: 32, width: 16 }
const memory = smallestArena(backbone, { ...images, ...WASM_ARENA, batch: 11 })
const outOfMemory: unknown = expect.objectContaining({ code: 'out-of-memory' })

describe('fittingShares', () => {
  it('is all that fits on one thread', () => {
    expect(fittingShares(backbone, images, { threads: 1, most: 64, memory })).toBe(11)
  })

  it.each([2, 3, 4])('is the largest batch whose shares can be planned on %i threads', (threads) => {
    const planOf = (whole: number) => {
      const { largest } = shareOf(whole, { thread: 0, threads })
      return planShare(backbone, { ...images, batch: largest, training: true, share: { whole, largest } }, memory)
    }
    const batch = fittingShares(backbone, images, { threads, most: 64, memory })
    expect(batch).toBeLessThan(11)
    const { largest } = shareOf(batch, { thread: 0, threads })
    expect(planOf(batch).sizes.arena).toBeLessThanOrEqual((memory * largest) / batch)
    for (let more = batch + 1; more <= 11; more++) expect(() => planOf(more)).toThrow(outOfMemory)
  })

  it('is refused where no two images fit in shares', () => {
    const least = smallestArena(backbone, { ...images, ...WASM_ARENA, batch: 2 })
    expect(fittingShares(backbone, images, { threads: 1, most: 64, memory: least })).toBe(2)
    expect(() => fittingShares(backbone, images, { threads: 2, most: 64, memory: least })).toThrow(outOfMemory)
  })
})

it('a plan tells images that are too small from a lack of memory', () => {
  const plan = (height: number) => () => planShare(backbone, { batch: 4, height, width: 16, training: true }, 1000)
  expect(plan(1)).toThrow(RangeError)
  expect(plan(32)).toThrow(outOfMemory)
})
