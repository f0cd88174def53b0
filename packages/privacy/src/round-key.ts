/**
 * The X25519 pair of one round session. Its private half lives in the aggregating process, and on disk only wrapped
 * under a key-encryption key (KEK), so that a killed coordinator can go on. Deleting it makes every update that was
 * sealed to it unreadable.
 */
import { base64url, concat, fromBase64url, unshared, utf8 } from './bytes.ts'
import type { Bytes } from './bytes.ts'
import { canonicalText } from './canonical.ts'
import { PrivacyError } from './errors.ts'
import { suite } from './hpke.ts'

const nonceBytes = 12

/** The one session of one round in which a key may be used. Both are counted from 1. */
export interface RoundSession {
  readonly federation: string
  readonly round: number
  readonly session: number
}

export async function createRoundKey(): Promise<CryptoKeyPair> {
  return await suite.kem.generateKeyPair()
}

/** The public half, 32 raw bytes in base64url. */
export async function exportRoundKey(pair: CryptoKeyPair): Promise<string> {
  return base64url(new Uint8Array(await suite.kem.serializePublicKey(pair.publicKey)))
}

/** A public half to seal to. Throws `PrivacyError` `bad-key`. */
export async function importRoundKey(text: string): Promise<CryptoKey> {
  try {
    return await suite.kem.deserializePublicKey(fromBase64url(text).buffer)
  } catch (cause) {
    throw new PrivacyError('bad-key', 'Not an X25519 public key.', { cause })
  }
}

/** 32 random bytes to keep beside the coordinator's other secrets. */
export function createKek(): Bytes {
  return crypto.getRandomValues(new Uint8Array(32))
}

/** nonce(12) ‖ AES-256-GCM(private key); only this session's `unwrapRoundKey` opens it. */
export async function wrapRoundKey(pair: CryptoKeyPair, of: RoundSession, kek: Uint8Array): Promise<Bytes> {
  const raw = new Uint8Array(await suite.kem.serializePrivateKey(pair.privateKey))
  const iv = crypto.getRandomValues(new Uint8Array(nonceBytes))
  const key = await importKek(kek)
  const ciphertext = await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData: bound(of) }, key, raw)
  raw.fill(0)
  return concat(iv, new Uint8Array(ciphertext))
}

/** Throws `PrivacyError` `bad-key` under another KEK, for another session, or after any change. */
export async function unwrapRoundKey(wrapped: Uint8Array, of: RoundSession, kek: Uint8Array): Promise<CryptoKeyPair> {
  try {
    const bytes = unshared(wrapped)
    const parameters = { name: 'AES-GCM', iv: bytes.subarray(0, nonceBytes), additionalData: bound(of) }
    const raw = await crypto.subtle.decrypt(parameters, await importKek(kek), bytes.subarray(nonceBytes))
    const privateKey = await suite.kem.deserializePrivateKey(raw)
    new Uint8Array(raw).fill(0)
    return { privateKey, publicKey: await publicHalf(privateKey) }
  } catch (cause) {
    throw new PrivacyError('bad-key', 'The stored round key does not open. Was the key-encryption key replaced?', {
      cause,
    })
  }
}

async function importKek(kek: Uint8Array): Promise<CryptoKey> {
  return await crypto.subtle.importKey('raw', unshared(kek), 'AES-GCM', false, ['encrypt', 'decrypt'])
}

async function publicHalf(privateKey: CryptoKey): Promise<CryptoKey> {
  const { x } = await crypto.subtle.exportKey('jwk', privateKey)
  return await importRoundKey(x ?? '')
}

function bound({ federation, round, session }: RoundSession): Bytes {
  return utf8(`passerby/v1/wrapped-round-key\0${canonicalText({ federation, round, session })}`)
}
