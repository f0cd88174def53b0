import { wordlist } from '@scure/bip39/wordlists/english.js'
import { expect, test } from 'vitest'
import { base64url } from './bytes.ts'
import { clientId, fingerprint, fingerprintWords } from './fingerprint.ts'

test('fingerprint and client id of 32 zero bytes are its SHA-256, whole and cut', async () => {
  const key = base64url(new Uint8Array(32))
  // SHA-256 of 32 zero bytes: 66687aad f862bd77 6c8fc18b 8e9f8e20 08971485 6ee233b3 902a591d 0d5f2925.
  expect(await fingerprint(key)).toBe('Zmh6rfhivXdsj8GLjp-OIAiXFIVu4jOzkCpZHQ1fKSU')
  expect(await clientId(key)).toBe('66687aadf862bd776c8fc18b8e9f8e20')
})

test('eight words of eleven bits each, counted by hand', () => {
  const digest = new Uint8Array(32)
  digest.set([0xff, 0xe0, 0x04], 0)
  // 11111111111 00000000001 00…: the last word, the second, then six times the first.
  expect(fingerprintWords(base64url(digest))).toEqual(['zoo', 'ability', ...Array.from({ length: 6 }, () => 'abandon')])
  expect(wordlist).toHaveLength(2048)
})

test('words of what is no digest are refused', () => {
  expect(() => fingerprintWords('AAAA')).toThrow(RangeError)
})
