/**
 * Signed statements: a kind, a value in canonical JSON, a signature over both. The signed bytes themselves travel, so
 * a receiver checks exactly what was signed and parses it only afterwards.
 */
import { base64url, concat, fromBase64url, fromUtf8, hex, sha256, utf8 } from './bytes.ts'
import type { Bytes } from './bytes.ts'
import { canonicalText } from './canonical.ts'
import type { Canonical } from './canonical.ts'
import { accepted, refused } from './errors.ts'
import type { Outcome } from './errors.ts'
import { signBytes, verifyBytes } from './signing.ts'

/** What a key may be asked to sign. A signature for one kind is none for another. */
export type StatementKind = 'certificate' | 'card' | 'round' | 'model' | 'join'

/** Both in base64url. `payload`: UTF-8 of canonical JSON. `signature`: 64 bytes. */
export interface Signed {
  readonly payload: string
  readonly signature: string
}

export async function sign(kind: StatementKind, value: Canonical, privateKey: CryptoKey): Promise<Signed> {
  const payload = utf8(canonicalText(value))
  return { payload: base64url(payload), signature: base64url(await signBytes(signedBytes(kind, payload), privateKey)) }
}

/**
 * The value, for the caller's schema to check. `bad-signature`: not signed by this key as this kind;
 * `malformed`: not base64url, or signed but not canonical JSON.
 */
export async function verify(
  kind: StatementKind,
  signed: Signed,
  publicKey: CryptoKey,
): Promise<Outcome<Canonical, 'bad-signature' | 'malformed'>> {
  const payload = tryTo(() => fromBase64url(signed.payload))
  const signature = tryTo(() => fromBase64url(signed.signature))
  if (payload === undefined || signature === undefined) return refused('malformed')
  if (!(await verifyBytes(signedBytes(kind, payload), signature, publicKey))) return refused('bad-signature')
  const value = tryTo(() => parseCanonical(fromUtf8(payload)))
  return value === undefined ? refused('malformed') : accepted(value)
}

/** SHA-256 of the payload bytes in hexadecimal: what an update's header names its round configuration by. */
export async function payloadHash(signed: Signed): Promise<string> {
  return hex(await sha256(fromBase64url(signed.payload)))
}

/** No kind is the start of another's message: a kind is followed by a zero byte, which no kind contains. */
export function signedBytes(kind: StatementKind, payload: Uint8Array): Bytes {
  return concat(utf8(`passerby/v1/${kind}\0`), payload)
}

/** Throws unless the text is what `canonicalText` makes of the value it says. */
function parseCanonical(text: string): Canonical {
  const value = JSON.parse(text) as Canonical
  if (canonicalText(value) !== text) throw new RangeError('parseCanonical: not in canonical form')
  return value
}

function tryTo<Value>(make: () => Value): Value | undefined {
  try {
    return make()
  } catch {
    return undefined
  }
}
