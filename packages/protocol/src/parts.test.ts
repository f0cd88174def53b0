import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CHUNK_BYTES } from './edge.ts'
import { chunkCount, missingFrom, sealedChunkBytes, toRanges } from './parts.ts'

test('U3: lengths at the boundaries of a chunk', () => {
  expect([0, 1, CHUNK_BYTES, CHUNK_BYTES + 1].map(chunkCount)).toEqual([1, 1, 1, 2])
  expect([0, 1].map((index) => sealedChunkBytes(CHUNK_BYTES + 1, index))).toEqual([CHUNK_BYTES + 16, 17])
  expect(sealedChunkBytes(0, 0)).toBe(16)
})

test('U2: held ranges and missing indices are two halves of the whole', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(30)), (held) => {
      const missing = missingFrom(toRanges(held), 31)
      expect([...new Set([...held, ...missing])].sort((a, b) => a - b)).toEqual(Array.from({ length: 31 }, (_, i) => i))
      expect(missing.filter((index) => held.includes(index))).toEqual([])
    }),
  )
  expect(toRanges([3, 1, 2, 7, 2])).toEqual([
    [1, 3],
    [7, 7],
  ])
})
