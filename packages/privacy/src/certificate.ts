/**
 * Who may speak for a coordinator: the project root signs a signing key for at most 30 days, the signing key signs
 * cards, round configurations (each with the HPKE key of its session) and models. A client that pinned the root's
 * fingerprint believes nothing else.
 */
import type { Canonical } from './canonical.ts'
import { accepted, refused } from './errors.ts'
import type { Outcome } from './errors.ts'
import { fingerprint } from './fingerprint.ts'
import { exportPublicKey, importPublicKey } from './signing.ts'
import { sign, verify } from './statement.ts'
import type { Signed } from './statement.ts'

export const longestCertificateMs = 30 * 24 * 3600 * 1000
/** How far the clocks of a client and a coordinator may lie apart. */
export const clockSkewMs = 10 * 60 * 1000

/** The statement under a signing key's certificate. Times in milliseconds since 1970. */
export interface SigningCertificate {
  readonly v: 1
  readonly purpose: 'signing'
  /** Raw Ed25519 public key, base64url. */
  readonly key: string
  readonly notBefore: number
  readonly notAfter: number
}

/** What a coordinator shows to whoever knows the root's fingerprint. `root`: raw Ed25519 public key, base64url. */
export interface Chain {
  readonly root: string
  readonly certificate: Signed
}

export type ChainFailure =
  | 'unknown-root'
  | 'bad-signature'
  | 'malformed'
  | 'wrong-purpose'
  | 'too-long'
  | 'not-yet-valid'
  | 'expired'

/** Throws `RangeError` on a span that is empty or longer than 30 days. */
export async function certifySigningKey(
  root: CryptoKeyPair,
  signingKey: CryptoKey,
  valid: { readonly notBefore: number; readonly notAfter: number },
): Promise<Chain> {
  const span = valid.notAfter - valid.notBefore
  if (!(span > 0 && span <= longestCertificateMs)) throw new RangeError('certifySigningKey: valid for 0 to 30 days')
  const certificate = { v: 1, purpose: 'signing', key: await exportPublicKey(signingKey), ...valid } as const
  return {
    root: await exportPublicKey(root.publicKey),
    certificate: await sign('certificate', certificate, root.privateKey),
  }
}

/** The certified signing key, when the chain starts at the pinned root and is valid `now` (± the clocks' skew). */
export async function verifyChain(
  chain: Chain,
  pin: { readonly fingerprint: string; readonly now: number },
): Promise<Outcome<{ readonly key: CryptoKey; readonly notAfter: number }, ChainFailure>> {
  const root = await knownKey(chain.root)
  if (root === undefined || (await fingerprint(chain.root)) !== pin.fingerprint) return refused('unknown-root')
  const verified = await verify('certificate', chain.certificate, root)
  if (!verified.ok) return verified
  const certificate = readCertificate(verified.value)
  if (!certificate.ok) return certificate
  const { key: text, notBefore, notAfter } = certificate.value
  if (notAfter - notBefore > longestCertificateMs) return refused('too-long')
  if (pin.now < notBefore - clockSkewMs) return refused('not-yet-valid')
  if (pin.now > notAfter + clockSkewMs) return refused('expired')
  const key = await knownKey(text)
  return key === undefined ? refused('malformed') : accepted({ key, notAfter })
}

function readCertificate(value: Canonical): Outcome<SigningCertificate, 'malformed' | 'wrong-purpose'> {
  const found = members(value)
  if (found === undefined || found['v'] !== 1) return refused('malformed')
  const { purpose, key, notBefore, notAfter } = found
  if (purpose !== 'signing') return refused('wrong-purpose')
  if (typeof key !== 'string' || !Number.isSafeInteger(notBefore) || !Number.isSafeInteger(notAfter))
    return refused('malformed')
  return accepted({ v: 1, purpose, key, notBefore: Number(notBefore), notAfter: Number(notAfter) })
}

function members(value: Canonical): Readonly<Record<string, Canonical>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, Canonical>>)
    : undefined
}

async function knownKey(text: string): Promise<CryptoKey | undefined> {
  return await importPublicKey(text).catch(() => undefined)
}
