/** Ed25519 key pairs (RFC 8032) through WebCrypto. Public keys travel as 32 raw bytes in base64url. */
import { base64url, fromBase64url, unshared } from './bytes.ts'
import type { Bytes } from './bytes.ts'
import { PrivacyError } from './errors.ts'

const ed25519 = 'Ed25519'

/**
 * A new signing pair: a project root, a coordinator's signing key, or a client's identity.
 * Only an `extractable` one can be exported; a browser keeps its identity non-extractable, in IndexedDB.
 */
export async function createSigningKey({ extractable = false } = {}): Promise<CryptoKeyPair> {
  return await crypto.subtle.generateKey(ed25519, extractable, ['sign', 'verify'])
}

/** The private key as PKCS #8. Throws `PrivacyError` `bad-key` when it is not extractable. */
export async function exportSigningKey(pair: CryptoKeyPair): Promise<Bytes> {
  if (!pair.privateKey.extractable) throw new PrivacyError('bad-key', 'This key was created to stay where it is.')
  return new Uint8Array(await crypto.subtle.exportKey('pkcs8', pair.privateKey))
}

/** The pair of a PKCS #8 private key; the private half is not extractable. Throws `PrivacyError` `bad-key`. */
export async function importSigningKey(pkcs8: Uint8Array): Promise<CryptoKeyPair> {
  try {
    const bytes = unshared(pkcs8)
    const open = await crypto.subtle.importKey('pkcs8', bytes, ed25519, true, ['sign'])
    const { x } = await crypto.subtle.exportKey('jwk', open)
    const privateKey = await crypto.subtle.importKey('pkcs8', bytes, ed25519, false, ['sign'])
    return { privateKey, publicKey: await importPublicKey(x ?? '') }
  } catch (cause) {
    throw new PrivacyError('bad-key', 'Not an Ed25519 private key in PKCS #8. Restore the key file.', { cause })
  }
}

/** 32 raw bytes in base64url: 43 characters. */
export async function exportPublicKey(key: CryptoKey): Promise<string> {
  return base64url(new Uint8Array(await crypto.subtle.exportKey('raw', key)))
}

/** Throws `PrivacyError` `bad-key` unless the text is a raw Ed25519 public key in base64url. */
export async function importPublicKey(text: string): Promise<CryptoKey> {
  try {
    return await crypto.subtle.importKey('raw', fromBase64url(text), ed25519, true, ['verify'])
  } catch (cause) {
    throw new PrivacyError('bad-key', 'Not an Ed25519 public key.', { cause })
  }
}

/** 64 bytes. */
export async function signBytes(message: Uint8Array, privateKey: CryptoKey): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.sign(ed25519, privateKey, unshared(message)))
}

export async function verifyBytes(message: Uint8Array, signature: Uint8Array, publicKey: CryptoKey): Promise<boolean> {
  return await crypto.subtle.verify(ed25519, publicKey, unshared(signature), unshared(message))
}
