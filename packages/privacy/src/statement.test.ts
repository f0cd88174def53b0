import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { base64url, fromBase64url, hex, sha256, utf8 } from './bytes.ts'
import { createSigningKey, signBytes } from './signing.ts'
import { payloadHash, sign, signedBytes, verify } from './statement.ts'

const { privateKey, publicKey } = await createSigningKey()
const value = { federation: 'north', round: 7, local: { rate: 0.05, flip: true } }

/** A signature by the right key over any payload at all. */
async function signText(text: string) {
  const payload = utf8(text)
  return {
    payload: base64url(payload),
    signature: base64url(await signBytes(signedBytes('round', payload), privateKey)),
  }
}

describe('S2 signed statements', () => {
  test('S2 give back the value, and what travels is its canonical text', async () => {
    const signed = await sign('round', value, privateKey)
    expect(await verify('round', signed, publicKey)).toEqual({ ok: true, value })
    expect(new TextDecoder().decode(fromBase64url(signed.payload))).toBe(
      '{"federation":"north","local":{"flip":true,"rate":0.05},"round":7}',
    )
    expect(await payloadHash(signed)).toBe(hex(await sha256(fromBase64url(signed.payload))))
  })

  test('S2 a signature of one kind is none of another', async () => {
    const signed = await sign('round', value, privateKey)
    expect(await verify('model', signed, publicKey)).toEqual({ ok: false, reason: 'bad-signature' })
  })

  test('S2 another key, or any flipped bit of payload or signature, is refused', async () => {
    const signed = await sign('round', value, privateKey)
    const other = await createSigningKey()
    expect(await verify('round', signed, other.publicKey)).toEqual({ ok: false, reason: 'bad-signature' })
    for (const part of ['payload', 'signature'] as const) {
      const bytes = fromBase64url(signed[part])
      const flips = fc.integer({ min: 0, max: bytes.length * 8 - 1 })
      await fc.assert(
        fc.asyncProperty(flips, async (bit) => {
          const changed = bytes.slice()
          changed[bit >> 3] ^= 1 << (bit & 7)
          const outcome = await verify('round', { ...signed, [part]: base64url(changed) }, publicKey)
          expect(outcome).toEqual({ ok: false, reason: 'bad-signature' })
        }),
      )
    }
  })

  test.each([
    '{"b":1,"a":2}',
    '{"a":1,"a":1}',
    '{"a": 1}',
    '1.0',
    '"\\u0061"',
    '',
    'nothing',
    '[-0]',
    '['.repeat(9_000),
  ])('S2 a signed text that is not canonical is malformed: %j', async (text) => {
    expect(await verify('round', await signText(text), publicKey)).toEqual({ ok: false, reason: 'malformed' })
  })

  test('S2 what is not base64url is malformed', async () => {
    const signed = await sign('round', value, privateKey)
    for (const broken of [{ payload: '*' }, { signature: '*' }, { signature: 'A' }])
      expect(await verify('round', { ...signed, ...broken }, publicKey)).toEqual({ ok: false, reason: 'malformed' })
  })
})
