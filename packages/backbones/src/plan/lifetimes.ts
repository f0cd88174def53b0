/** When the values of a draft are needed, and how many numbers they are at each moment. */
import type { Buffer, Draft } from './task.ts'

/** A value and the first and last moment (inclusive) at which it is needed. */
export interface Lifetime {
  readonly buffer: Buffer
  readonly first: number
  readonly last: number
}

/** What is touched at one moment. */
export type Moment = Pick<Draft, 'reads' | 'writes'>

/** From the first to the last moment that names a value. */
export function lifetimesOf(moments: readonly Moment[]): readonly Lifetime[] {
  const spans = new Map<Buffer, { first: number; last: number }>()
  moments.forEach(({ reads, writes }, moment) => {
    for (const operand of [...reads, ...writes]) {
      if (operand.region !== 'unplaced') continue
      const known = spans.get(operand)
      if (known) known.last = moment
      else spans.set(operand, { first: moment, last: moment })
    }
  })
  return [...spans].map(([buffer, span]) => ({ buffer, ...span }))
}

/** Numbers that are alive at each of `moments` moments, each value rounded up to `alignment`: no arena can be smaller. */
export function aliveAt(lifetimes: readonly Lifetime[], moments: number, alignment: number): readonly number[] {
  const changes = Array.from({ length: moments + 1 }, () => 0)
  for (const { buffer, first, last } of lifetimes) {
    changes[first] += aligned(buffer.size, alignment)
    changes[last + 1] -= aligned(buffer.size, alignment)
  }
  let alive = 0
  return changes.slice(0, moments).map((change) => (alive += change))
}

/** `size` rounded up to a multiple. */
export function aligned(size: number, alignment: number): number {
  return Math.ceil(size / alignment) * alignment
}
