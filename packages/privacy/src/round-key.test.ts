import { describe, expect, test } from 'vitest'
import { hex } from './bytes.ts'
import { createKek, createRoundKey, exportRoundKey, importRoundKey, unwrapRoundKey, wrapRoundKey } from './round-key.ts'

const session = { federation: 'north', round: 3, session: 4 }

describe('S7 round keys at rest', () => {
  test('S7 a wrapped key opens to the same pair', async () => {
    const pair = await createRoundKey()
    const kek = createKek()
    const again = await unwrapRoundKey(await wrapRoundKey(pair, session, kek), session, kek)
    expect(await exportRoundKey(again)).toBe(await exportRoundKey(pair))
  })

  test('S7 not under another key, for another session, or changed', async () => {
    const kek = createKek()
    const wrapped = await wrapRoundKey(await createRoundKey(), session, kek)
    const bad = { code: 'bad-key' }
    await expect(unwrapRoundKey(wrapped, session, createKek())).rejects.toMatchObject(bad)
    await expect(unwrapRoundKey(wrapped, { ...session, session: 5 }, kek)).rejects.toMatchObject(bad)
    await expect(unwrapRoundKey(wrapped, { ...session, federation: 'south' }, kek)).rejects.toMatchObject(bad)
    for (const index of [0, 12, wrapped.length - 1]) {
      const changed = wrapped.slice()
      changed[index] ^= 1
      await expect(unwrapRoundKey(changed, session, kek)).rejects.toMatchObject(bad)
    }
    await expect(unwrapRoundKey(wrapped.subarray(0, 5), session, kek)).rejects.toMatchObject(bad)
  })

  test('S7 the same key wrapped twice never looks the same', async () => {
    const pair = await createRoundKey()
    const kek = createKek()
    expect(hex(await wrapRoundKey(pair, session, kek))).not.toBe(hex(await wrapRoundKey(pair, session, kek)))
  })

  test('what is no X25519 key is named so', async () => {
    for (const text of ['', 'AAAA', '*']) await expect(importRoundKey(text)).rejects.toMatchObject({ code: 'bad-key' })
  })
})
