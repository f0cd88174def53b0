import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { base64url, concat, equalBytes, fromBase64url, fromHex, hex, sha256, u32be, unshared, utf8 } from './bytes.ts'

const bytes = fc.uint8Array({ maxLength: 200 })

describe('encodings', () => {
  test('base64url and hex give back what they took', () => {
    fc.assert(
      fc.property(bytes, (value) => {
        expect(fromBase64url(base64url(value))).toEqual(value)
        expect(fromHex(hex(value))).toEqual(value)
      }),
    )
  })

  test('base64url agrees with the runtime and has one text per value', () => {
    fc.assert(
      fc.property(bytes, (value) => {
        expect(base64url(value)).toBe(Buffer.from(value).toString('base64url'))
      }),
    )
    expect(hex(fromBase64url('AA'))).toBe('00')
    for (const text of ['AB', 'A', 'AA==', 'A+', 'A/', 'AA\n']) expect(() => fromBase64url(text)).toThrow(RangeError)
  })

  test('hex refuses half a byte and other letters', () => {
    for (const text of ['0', '0g', ' 0']) expect(() => fromHex(text)).toThrow(RangeError)
  })

  test('u32be is big-endian and bounded', () => {
    expect(hex(u32be(0x0102_0304))).toBe('01020304')
    for (const value of [-1, 2 ** 32, 0.5, Number.NaN]) expect(() => u32be(value)).toThrow(RangeError)
  })

  test('concat keeps order and length', () => {
    expect(hex(concat(Uint8Array.of(1), new Uint8Array(0), Uint8Array.of(2, 3)))).toBe('010203')
  })

  test('equalBytes is equality', () => {
    const few = fc.uint8Array({ maxLength: 2, max: 3 })
    fc.assert(
      fc.property(few, few, (a, b) => {
        expect(equalBytes(a, b)).toBe(hex(a) === hex(b))
      }),
    )
  })
})

test('sha256 of "abc" is the digest of FIPS 180-4', async () => {
  expect(hex(await sha256(utf8('abc')))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
})

test('bytes in shared memory are hashed by copy, a view at an offset as it is', async () => {
  const shared = new Uint8Array(new SharedArrayBuffer(3))
  shared.set(utf8('abc'))
  expect(await sha256(shared)).toEqual(await sha256(utf8('abc')))
  const view = utf8('xabcx').subarray(1, 4)
  expect(unshared(view)).toBe(view)
  expect(await sha256(view)).toEqual(await sha256(utf8('abc')))
})
