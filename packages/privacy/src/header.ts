/** What a sealed update says about itself in the open, and the sizes that follow from it (PRIVACY 1.5). */
import { sha256, utf8 } from './bytes.ts'
import type { Bytes } from './bytes.ts'
import { canonicalText } from './canonical.ts'
import type { RoundSession } from './round-key.ts'
import { tagBytes } from './hpke.ts'

/** Plaintext bytes of every chunk but the last. */
export const chunkBytes = 262_144

/** What an update is sealed for. Hashes are SHA-256 in lower-case hexadecimal. */
export interface UpdateContext extends RoundSession {
  /** `clientId` of the client's identity key. */
  readonly client: string
  /** `payloadHash` of the signed round configuration. */
  readonly config: string
  readonly baseModel: string
  readonly layout: string
  readonly mode: 'sealed'
  readonly kind: 'update'
}

export interface UpdateHeader extends UpdateContext {
  readonly v: 1
  /** Plaintext length in bytes. */
  readonly bytes: number
  readonly chunk: typeof chunkBytes
  readonly chunks: number
}

/** Throws `RangeError` unless `bytes` is a length. */
export function updateHeader(context: UpdateContext, bytes: number): UpdateHeader {
  const { federation, round, session, client, config, baseModel, layout, mode, kind } = context
  const about = { federation, round, session, client, config, baseModel, layout, mode, kind }
  return { v: 1, ...about, bytes, chunk: chunkBytes, chunks: chunkCount(bytes) }
}

/** ⌈bytes / 256 KiB⌉, and one (empty) chunk for nothing. Throws `RangeError` unless `bytes` is a length. */
export function chunkCount(bytes: number): number {
  if (!Number.isSafeInteger(bytes) || bytes < 0) throw new RangeError(`chunkCount: ${bytes} is no length`)
  return Math.max(1, Math.ceil(bytes / chunkBytes))
}

/** Length of sealed chunk `index` (0-based) of `bytes` of plaintext. */
export function sealedChunkLength(bytes: number, index: number): number {
  const count = chunkCount(bytes)
  if (!Number.isInteger(index) || index < 0 || index >= count) throw new RangeError(`sealedChunkLength: chunk ${index}`)
  return (index < count - 1 ? chunkBytes : bytes - (count - 1) * chunkBytes) + tagBytes
}

/** Exact ciphertext length of `bytes` of plaintext: 16 more per chunk. */
export function sealedLength(bytes: number): number {
  return bytes + chunkCount(bytes) * tagBytes
}

/** True when the header's sizes agree with each other. */
export function consistentSizes(header: UpdateHeader): boolean {
  const { bytes, chunk, chunks } = header
  return Number.isSafeInteger(bytes) && bytes >= 0 && chunk === chunkBytes && chunks === chunkCount(bytes)
}

/** The first field in which a header is not what the receiver expects; `undefined` when it agrees with all of it. */
export function headerMismatch(header: UpdateHeader, expected: UpdateContext & { readonly bytes: number }) {
  const wanted = updateHeader(expected, expected.bytes)
  return (Object.keys(wanted) as (keyof UpdateHeader)[]).find((name) => header[name] !== wanted[name])
}

/** h: SHA-256 of the canonical header, to which key schedule, chunks and signature are bound. */
export async function headerHash(header: UpdateHeader): Promise<Bytes> {
  return await sha256(utf8(canonicalText({ ...header })))
}
