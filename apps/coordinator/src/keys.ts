import { join } from 'node:path'
import {
  type Chain,
  certifySigningKey,
  createKek,
  createOperatorToken,
  createSigningKey,
  exportSigningKey,
  fingerprint,
  fingerprintWords,
  fromBase64url,
  hashOperatorToken,
  importSigningKey,
  longestCertificateMs,
} from '@passerby/privacy'
import { CoordinatorError } from './errors.ts'
import { makeFolder, readIfThere, writeDurably } from './store/files.ts'

/** What the coordinator signs and wraps with, and how it is recognised. */
export interface Keys {
  /** Signs cards, round configurations, models and join tokens. The same over the life of the data folder. */
  readonly signing: CryptoKeyPair
  /** The root's certificate for the signing key, valid for 30 days from its last renewal. */
  readonly chain: Chain
  /** The root's, for the join link's fragment. */
  readonly fingerprint: string
  readonly fingerprintWords: string
  /** Wraps round keys on disk. */
  readonly kek: Uint8Array
  readonly operatorToken: string
  /** SHA-256, which every login is compared with. */
  readonly operatorTokenHash: string
  /** A fresh certificate for the same signing key. To be called before the present one expires. */
  renew(now: number): Promise<void>
}

/** How long before its end a certificate is renewed, and so how often `renew` is due at the latest. */
export const RENEW_CERTIFICATE_MS = 24 * 3600 * 1000

export interface KeyOptions {
  /** 32 bytes in base64url that take the place of the key file, so that a copy of the folder alone opens nothing. */
  readonly kek?: string | undefined
  readonly newOperatorToken?: boolean | undefined
}

/** Loads the keys of a folder, and makes those that are missing. Throws `CoordinatorError` `bad-key`. */
export async function loadKeys(folder: string, now: number, options: KeyOptions = {}): Promise<Keys> {
  await makeFolder(folder)
  const root = await signingKeyFile(join(folder, 'root.pkcs8'))
  const signing = await signingKeyFile(join(folder, 'signing.pkcs8'))
  const kek = options.kek === undefined ? await bytesFile(join(folder, 'kek'), createKek) : kekFrom(options.kek)
  const tokenPath = join(folder, 'operator-token')
  const operatorToken = new TextDecoder().decode(
    await bytesFile(tokenPath, () => new TextEncoder().encode(createOperatorToken()), options.newOperatorToken),
  )
  const certify = (at: number) =>
    certifySigningKey(root, signing.publicKey, { notBefore: at, notAfter: at + longestCertificateMs })
  let chain = await certify(now)
  const print = await fingerprint(chain.root)
  return {
    signing,
    get chain() {
      return chain
    },
    fingerprint: print,
    fingerprintWords: fingerprintWords(print).join(' '),
    kek,
    operatorToken,
    operatorTokenHash: await hashOperatorToken(operatorToken),
    async renew(at) {
      chain = await certify(at)
    },
  }
}

async function signingKeyFile(path: string): Promise<CryptoKeyPair> {
  const pkcs8 = await bytesFile(path, async () => exportSigningKey(await createSigningKey({ extractable: true })))
  try {
    return await importSigningKey(pkcs8)
  } catch (cause) {
    const what = `${path} is not a signing key any more. Restore it: with another key, no client would trust this coordinator.`
    throw new CoordinatorError('bad-key', what, { cause })
  }
}

async function bytesFile(
  path: string,
  make: () => Uint8Array | Promise<Uint8Array>,
  replace = false,
): Promise<Uint8Array> {
  const present = replace ? undefined : await readIfThere(path)
  if (present !== undefined) return present
  const made = await make()
  await writeDurably(path, made)
  return made
}

function kekFrom(text: string): Uint8Array {
  try {
    const kek = fromBase64url(text)
    if (kek.length === 32) return kek
  } catch {
    // Said below, for any text that is not a key.
  }
  throw new CoordinatorError('bad-key', 'PASSERBY_KEK must be 32 random bytes in base64url (43 characters).')
}
