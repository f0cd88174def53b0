/**
 * Signed statements: a kind, a value in canonical JSON, a signature over both. The signed text itself travels, so a
 * receiver checks exactly the bytes that were signed and parses them only afterwards.
 */
import { base64url, concat, fromBase64url, utf8 } from './bytes.ts'
import type { Bytes } from './bytes.ts'
import { canonicalText } from './canonical.ts'
import type { Canonical } from './canonical.ts'
import { accepted, refused } from './errors.ts'
import type { Outcome } from './errors.ts'
import { signBytes, verifyBytes } from './signing.ts'

/** What a key may be asked to sign. A signature for one kind is none for another. */
export type StatementKind = 'certificate' | 'round-key' | 'round' | 'model' | 'join'

/** `statement`: canonical JSON. `signature`: 64 bytes in base64url. */
export interface Signed {
  readonly statement: string
  readonly signature: string
}

export async function sign(kind: StatementKind, value: Canonical, privateKey: CryptoKey): Promise<Signed> {
  const statement = canonicalText(value)
  return { statement, signature: base64url(await signBytes(signedBytes(kind, statement), privateKey)) }
}

/**
 * The value, for the caller's schema to check. `bad-signature`: not signed by this key as this kind;
 * `malformed`: signed, but not canonical JSON.
 */
export async function verify(
  kind: StatementKind,
  signed: Signed,
  publicKey: CryptoKey,
): Promise<Outcome<Canonical, 'bad-signature' | 'malformed'>> {
  const signature = tryTo(() => fromBase64url(signed.signature))
  if (signature === undefined) return refused('bad-signature')
  const message = signedBytes(kind, signed.statement)
  if (!(await verifyBytes(message, signature, publicKey))) return refused('bad-signature')
  const value = tryTo(() => parseCanonical(signed.statement))
  return value === undefined ? refused('malformed') : accepted(value)
}

/** No kind is the start of another's message: a kind is followed by a zero byte, which no kind contains. */
function signedBytes(kind: StatementKind, statement: string): Bytes {
  return concat(utf8(`passerby/v1/${kind}\0`), utf8(statement))
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
