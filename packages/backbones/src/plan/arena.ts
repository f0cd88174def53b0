/**
 * Shares one arena among values that are not alive at the same time: the largest first, each at the lowest offset that
 * no value alive with it holds ("greedy by size", Pisarchyk & Lee 2020, section 5.2).
 */
import type { Buffer } from './task.ts'

/** A value and the first and last moment (inclusive) at which it is needed. */
export interface Lifetime {
  readonly buffer: Buffer
  readonly first: number
  readonly last: number
}

/** The offset of every value, a multiple of `alignment`, and the size of the arena, in float32 values. */
export function placeInArena(
  lifetimes: readonly Lifetime[],
  alignment: number,
): { readonly offsets: ReadonlyMap<Buffer, number>; readonly size: number } {
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
    const to = from + Math.ceil(buffer.size / alignment) * alignment
    const at = placed.findIndex((other) => other.from > from)
    placed.splice(at < 0 ? placed.length : at, 0, { from, to, first, last })
    offsets.set(buffer, from)
    size = Math.max(size, to)
  }
  return { offsets, size }
}
