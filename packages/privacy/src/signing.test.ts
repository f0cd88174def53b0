import { describe, expect, test } from 'vitest'
import { equalBytes, fromBase64url, fromHex, hex, utf8 } from './bytes.ts'
import {
  createSigningKey,
  exportPublicKey,
  exportSigningKey,
  importPublicKey,
  importSigningKey,
  signBytes,
  verifyBytes,
} from './signing.ts'

/** RFC 8032, 7.1, TEST 3. */
const vector = {
  secret: 'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
  public: 'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
  message: 'af82',
  signature:
    '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
}
/** RFC 8410: the constant start of an Ed25519 private key in PKCS #8. */
const pkcs8Prefix = '302e020100300506032b657004220420'

describe('Ed25519', () => {
  test('RFC 8032 TEST 3: public key and signature follow from the secret key', async () => {
    const pair = await importSigningKey(fromHex(pkcs8Prefix + vector.secret))
    expect(hex(fromBase64url(await exportPublicKey(pair.publicKey)))).toBe(vector.public)
    expect(hex(await signBytes(fromHex(vector.message), pair.privateKey))).toBe(vector.signature)
    expect(await verifyBytes(fromHex(vector.message), fromHex(vector.signature), pair.publicKey)).toBe(true)
    expect(await verifyBytes(fromHex('af83'), fromHex(vector.signature), pair.publicKey)).toBe(false)
    expect(await verifyBytes(fromHex(vector.message), fromHex(vector.signature).subarray(1), pair.publicKey)).toBe(
      false,
    )
  })

  test('a key survives export and import, and then no longer leaves', async () => {
    const pair = await createSigningKey({ extractable: true })
    const again = await importSigningKey(await exportSigningKey(pair))
    expect(await exportPublicKey(again.publicKey)).toBe(await exportPublicKey(pair.publicKey))
    const signature = await signBytes(utf8('x'), again.privateKey)
    expect(equalBytes(signature, await signBytes(utf8('x'), pair.privateKey))).toBe(true)
    await expect(exportSigningKey(again)).rejects.toMatchObject({ code: 'bad-key' })
  })

  test('an identity is not extractable unless asked for', async () => {
    await expect(exportSigningKey(await createSigningKey())).rejects.toMatchObject({ code: 'bad-key' })
  })

  test('what is no key is named so', async () => {
    for (const text of ['', 'AAAA', '*', 'A'.repeat(44)])
      await expect(importPublicKey(text)).rejects.toMatchObject({ code: 'bad-key' })
    await expect(importSigningKey(new Uint8Array(48))).rejects.toMatchObject({ code: 'bad-key' })
  })
})
