import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalText } from './canonical.ts'
import type { Canonical } from './canonical.ts'

const { value } = fc.letrec<{ value: Canonical }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.string({ unit: 'grapheme' }),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).filter((number) => !Object.is(number, -0)),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.string({ maxLength: 4 }), tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
}))

function reordered(of: Canonical): Canonical {
  if (of === null || typeof of !== 'object') return of
  if (Array.isArray(of)) return of.map(reordered)
  return Object.fromEntries(
    Object.entries(of)
      .reverse()
      .map(([name, member]) => [name, reordered(member)]),
  )
}

describe('S1 canonical text', () => {
  test('S1 does not depend on the order of members', () => {
    fc.assert(
      fc.property(value, (of) => {
        expect(canonicalText(reordered(of))).toBe(canonicalText(of))
      }),
    )
  })

  test('S1 is injective: the text says the value', () => {
    fc.assert(
      fc.property(value, (of) => {
        expect(JSON.parse(canonicalText(of))).toStrictEqual(of)
      }),
    )
  })

  test('S1 sorts by UTF-16 code units and prints numbers as ECMAScript does (RFC 8785, 3.2.2–3.2.3)', () => {
    const numbers = [333333333.3333333, 1e30, 4.5, 2e-3, 0.000000000000000000000000001]
    expect(canonicalText(numbers)).toBe('[333333333.3333333,1e+30,4.5,0.002,1e-27]')
    const members = { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\ud83d\ude00': 5, '\u0080': 6, '\u00f6': 7 }
    expect(Object.values(JSON.parse(canonicalText(members)) as object)).toHaveLength(7)
    expect(canonicalText(members)).toBe('{"\\r":2,"1":4,"\u0080":6,"\u00f6":7,"\u20ac":1,"\ud83d\ude00":5,"\ufb33":3}')
  })

  test.each([
    ['undefined', undefined],
    ['an undefined member', { a: undefined }],
    ['a hole', Array(1)],
    ['NaN', Number.NaN],
    ['infinity', Number.NEGATIVE_INFINITY],
    ['minus zero', -0],
    ['a lone surrogate', '\ud800'],
    ['a lone surrogate in a name', { '\udc00': 1 }],
    ['a date', new Date(0)],
    ['bytes', Uint8Array.of(1)],
    ['a bigint', 1n],
  ])('S1 refuses %s', (_, of) => {
    expect(() => canonicalText(of as Canonical)).toThrow(RangeError)
  })
})
