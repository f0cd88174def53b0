/**
 * Shares one arena among values that are not alive at the same time: the largest first, each at the lowest offset that
 * no value alive with it holds ("greedy by size", Pisarchyk & Lee 2020, section 5.2).
 */
import { aligned, type Lifetime } from './lifetimes.ts'
import type { Buffer } from './task.ts'

/** Where each value lies, and how many float32 values the arena holds. */
export interface Arena {
  readonly offsets: ReadonlyMap<Buffer, number>
  readonly size: number
}

/** Offsets are multiples of `alignment`. */
export function placeInArena(lifetimes: readonly Lifetime[], alignment: number): Arena {
  const offsets = new Map<Buffer, number>()
  const placed: { from: number; to: number; first: number; last: number }[] = []
  let size = 0
  for (const { buffer, first, last } of [...lifetimes].sort((a, b) => b.buffer.size - a.buffer.size)) {
    let from = 0
    for (const other of placed) {
      if (other.first > last || other.last < first) continue
      if (from + buffer.size <= other.from) break
      from = Math.max(from, other.to)
    }
    const to = from + aligned(buffer.size, alignment)
    const at = placed.findIndex((other) => other.from > from)
    placed.splice(at < 0 ? placed.length : at, 0, { from, to, first, last })
    offsets.set(buffer, from)
    size = Math.max(size, to)
  }
  return { offsets, size }
}
