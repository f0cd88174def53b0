import { wordlist } from '@scure/bip39/wordlists/english.js'
import { base64url, fromBase64url, hex, sha256 } from './bytes.ts'

const words = 8
const bitsPerWord = 11

/** SHA-256 of a raw public key, base64url: 43 characters. Takes the key as `exportPublicKey` gives it. */
export async function fingerprint(publicKey: string): Promise<string> {
  return base64url(await sha256(fromBase64url(publicKey)))
}

/**
 * The first 88 bits of a fingerprint as eight words of BIP-39's English list (2048 words that differ in their first
 * four letters), for two people to compare aloud. Throws `RangeError` unless it is the text of a 32-byte digest.
 */
export function fingerprintWords(fingerprint: string): readonly string[] {
  const digest = fromBase64url(fingerprint)
  if (digest.length !== 32) throw new RangeError('fingerprintWords: not a SHA-256 digest')
  const bits = Array.from(digest, (byte) => byte.toString(2).padStart(8, '0')).join('')
  return Array.from({ length: words }, (_, i) => {
    const index = Number.parseInt(bits.slice(i * bitsPerWord, (i + 1) * bitsPerWord), 2)
    return wordlist[index]
  })
}

/** A client's name on the wire: the first 32 hexadecimal digits of SHA-256 of its raw identity key. */
export async function clientId(publicKey: string): Promise<string> {
  return hex(await sha256(fromBase64url(publicKey))).slice(0, 32)
}
