import fc from 'fast-check'
import { expect, test } from 'vitest'
import { missingFrom, toRanges } from './parts.ts'

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
