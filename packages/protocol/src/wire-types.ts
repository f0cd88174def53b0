import * as v from 'valibot'

/** Field types that several messages share. */

export const count = (max: number) => v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(max))
export const positive = (max: number) => v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(max))
export const finite = v.pipe(v.number(), v.finite())
export const percentage = v.pipe(v.number(), v.minValue(0), v.maxValue(100))
export const fraction = v.pipe(v.number(), v.minValue(0), v.maxValue(1))
export const text = (max: number) => v.pipe(v.string(), v.maxLength(max))
/** Seconds. */
export const duration = v.pipe(v.number(), v.minValue(0), v.maxValue(1e7))
/** Epoch milliseconds. */
export const time = count(Number.MAX_SAFE_INTEGER)

/** SHA-256, 64 lower-case hex digits. */
export const Sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))
/** A raw key or signature in base64url without padding. */
export const Base64Url = v.pipe(v.string(), v.maxLength(256), v.regex(/^[A-Za-z0-9_-]+$/))
/** Lower-case letters, digits and dashes: safe in a URL and in a file name. */
export const FederationId = v.pipe(v.string(), v.regex(/^[a-z0-9-]{4,40}$/))
/** The first 32 hex digits of the SHA-256 of the client's public identity key. */
export const ClientId = v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/))

export const Round = positive(1_000_000)
export const Session = positive(10_000_000)

/**
 * Canonical bytes of a JSON value, base64url, with an Ed25519 signature over them. Parsed by its own schema only
 * after the signature was verified.
 */
export const Signed = v.object({
  payload: v.pipe(v.string(), v.maxLength(65_536), v.regex(/^[A-Za-z0-9_-]+$/)),
  signature: Base64Url,
})
export type Signed = v.InferOutput<typeof Signed>
