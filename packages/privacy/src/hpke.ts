/** The HPKE suite of RFC 9180 that seals updates: X25519, HKDF-SHA256, AES-256-GCM (0x0020, 0x0001, 0x0002). */
import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from '@hpke/core'

export const suite = new CipherSuite({
  kem: new DhkemX25519HkdfSha256(),
  kdf: new HkdfSha256(),
  aead: new Aes256Gcm(),
})

/** What AES-GCM adds to every chunk, in bytes. */
export const tagBytes = 16
