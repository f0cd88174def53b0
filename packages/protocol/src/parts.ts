import { CHUNK_BYTES, TAG_BYTES } from './edge.ts'

/** An update travels as chunks; what is held of it is told as inclusive ranges of indices. */
export type Range = [first: number, last: number]

/** Number of chunks of a plaintext; an empty one still has one, the last. */
export function chunkCount(plaintextBytes: number): number {
  return Math.max(1, Math.ceil(plaintextBytes / CHUNK_BYTES))
}

/** Ciphertext length of chunk `index` of a plaintext. */
export function sealedChunkBytes(plaintextBytes: number, index: number): number {
  return Math.min(CHUNK_BYTES, plaintextBytes - index * CHUNK_BYTES) + TAG_BYTES
}

/** Inclusive ranges of the given indices, ascending. */
export function toRanges(indices: Iterable<number>): Range[] {
  const ranges: Range[] = []
  for (const index of [...new Set(indices)].sort((a, b) => a - b)) {
    const last = ranges.at(-1)
    if (last && last[1] === index - 1) last[1] = index
    else ranges.push([index, index])
  }
  return ranges
}

/** Indices below `chunks` that are in none of the ranges, ascending. */
export function missingFrom(held: readonly Range[], chunks: number): number[] {
  return Array.from({ length: chunks }, (_, index) => index).filter(
    (index) => !held.some(([first, last]) => first <= index && index <= last),
  )
}
