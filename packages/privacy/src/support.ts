import { PrivacyError } from './errors.ts'

/**
 * Resolves when this runtime has the algorithms that everything here needs (Ed25519, X25519).
 * Throws `PrivacyError` `insecure-context` (WebCrypto is missing on plain HTTP) or `unsupported-algorithms`.
 */
export async function requireCrypto(): Promise<void> {
  const subtle: SubtleCrypto | undefined = globalThis.crypto?.subtle
  if (subtle === undefined)
    throw new PrivacyError(
      'insecure-context',
      'Encryption is switched off on this page. Open it by https:// or on localhost.',
    )
  try {
    await subtle.generateKey('Ed25519', false, ['sign', 'verify'])
    await subtle.generateKey('X25519', false, ['deriveBits'])
  } catch (cause) {
    throw new PrivacyError(
      'unsupported-algorithms',
      'This browser lacks Ed25519 or X25519. Use Chrome or Edge 137, Firefox 130, Safari 17, Node 20 or later.',
      { cause },
    )
  }
}
