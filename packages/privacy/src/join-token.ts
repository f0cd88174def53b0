/** Join tokens: EdDSA JSON Web Tokens (RFC 7519, RFC 8037) that admit to one federation until they expire. */
import { SignJWT, decodeJwt, errors, jwtVerify } from 'jose'
import { accepted, refused } from './errors.ts'
import type { Outcome } from './errors.ts'

const algorithm = 'EdDSA'
const type = 'passerby-join+jwt'

/** Times in milliseconds since 1970, kept to the second. */
export interface JoinToken {
  readonly id: string
  readonly federation: string
  readonly expires: number
  readonly notBefore?: number
  /** How many clients may register with it, for the coordinator to count; without it, any number. */
  readonly maxUses?: number
}

export type TokenFailure = 'malformed' | 'bad-signature' | 'not-yet-valid' | 'expired' | 'wrong-federation' | 'revoked'

export async function issueJoinToken(token: JoinToken, signingKey: CryptoKey): Promise<string> {
  const jwt = new SignJWT(token.maxUses === undefined ? {} : { uses: token.maxUses })
    .setProtectedHeader({ alg: algorithm, typ: type })
    .setJti(token.id)
    .setAudience(token.federation)
    .setExpirationTime(Math.floor(token.expires / 1000))
  if (token.notBefore !== undefined) jwt.setNotBefore(Math.floor(token.notBefore / 1000))
  return await jwt.sign(signingKey)
}

export interface TokenExpectation {
  readonly federation: string
  readonly now: number
  /** The client joined with this token before, so that its expiry no longer matters. */
  readonly returning?: boolean
  /** Asked last, with the id of a token that is valid otherwise. */
  revoked(id: string): boolean | Promise<boolean>
}

export async function verifyJoinToken(
  text: string,
  key: CryptoKey,
  expected: TokenExpectation,
): Promise<Outcome<JoinToken, TokenFailure>> {
  const decoded = await decode(text, key, expected)
  if (!decoded.ok) return decoded
  return (await expected.revoked(decoded.value.id)) ? refused('revoked') : decoded
}

async function decode(
  text: string,
  key: CryptoKey,
  { federation, now, returning = false }: TokenExpectation,
): Promise<Outcome<JoinToken, TokenFailure>> {
  try {
    const lastSecond = ((decodeJwt(text).exp ?? 0) - 1) * 1000
    const { payload } = await jwtVerify(text, key, {
      algorithms: [algorithm],
      typ: type,
      audience: federation,
      currentDate: new Date(returning ? Math.min(now, lastSecond) : now),
      requiredClaims: ['jti', 'exp', 'aud'],
    })
    const { jti, exp, nbf, uses } = payload
    if (typeof jti !== 'string' || typeof exp !== 'number') return refused('malformed')
    if (uses !== undefined && !(Number.isSafeInteger(uses) && Number(uses) > 0)) return refused('malformed')
    return accepted({
      id: jti,
      federation,
      expires: exp * 1000,
      ...(nbf === undefined ? {} : { notBefore: nbf * 1000 }),
      ...(uses === undefined ? {} : { maxUses: Number(uses) }),
    })
  } catch (error) {
    return refused(failureOf(error))
  }
}

/** Whatever jose cannot read, it says by its own errors; anything else is a token that no library of ours made. */
function failureOf(error: unknown): TokenFailure {
  if (error instanceof errors.JWTExpired) return 'expired'
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'bad-signature'
  if (error instanceof errors.JWTClaimValidationFailed && error.reason === 'check_failed') {
    if (error.claim === 'nbf') return 'not-yet-valid'
    if (error.claim === 'aud') return 'wrong-federation'
  }
  return 'malformed'
}
