import { concat, fromBase64url, sha256, unshared } from './bytes.ts'
import type { Bytes } from './bytes.ts'
import { chunkAad, commitMessage, sealInfo } from './envelope.ts'
import { PrivacyError, accepted, refused } from './errors.ts'
import type { Outcome } from './errors.ts'
import { consistentSizes, headerHash, sealedChunkLength } from './header.ts'
import type { UpdateHeader } from './header.ts'
import { suite } from './hpke.ts'
import { verifyBytes } from './signing.ts'

export type UpdateFailure = 'bad-signature' | 'wrong-length' | 'truncated' | 'unreadable'

/** An update as its receiver keeps it. `chunk` reads stored ciphertext, `undefined` where there is none. */
export interface ReceivedUpdate {
  readonly header: UpdateHeader
  /** Base64url, as sent. */
  readonly enc: string
  readonly signature: string
  chunk(index: number): Promise<Uint8Array | undefined>
}

export interface OpeningKeys {
  readonly round: CryptoKeyPair
  /** The public identity key of the client that the header names. */
  readonly client: CryptoKey
}

/**
 * Yields the plaintext chunk by chunk (256 KiB each but the last), after lengths and signature of the whole are
 * checked. Throws `PrivacyError` with an `UpdateFailure` as code. A client may have signed what does not open, so
 * `unreadable` can come after chunks were yielded: whoever folds them must be able to take them back.
 */
export async function* openUpdate(update: ReceivedUpdate, keys: OpeningKeys): AsyncGenerator<Bytes, void> {
  const { header } = update
  const { h, enc } = await verified(update, keys.client)
  const parameters = { recipientKey: keys.round, enc, info: sealInfo(h).buffer }
  const recipient = await suite.createRecipientContext(parameters).catch((cause: unknown) => {
    throw failure('unreadable', cause)
  })
  for (let index = 0; index < header.chunks; index++) {
    const sealed = unshared(await lengthChecked(update, index))
    const aad = chunkAad(h, index, index === header.chunks - 1)
    const opened = await recipient.open(sealed, aad).catch((cause: unknown) => {
      throw failure('unreadable', cause)
    })
    yield new Uint8Array(opened)
  }
}

/** The whole plaintext in one buffer, or why there is none: all or nothing, for updates that fit in memory. */
export async function readUpdate(update: ReceivedUpdate, keys: OpeningKeys): Promise<Outcome<Bytes, UpdateFailure>> {
  try {
    const parts: Bytes[] = []
    for await (const part of openUpdate(update, keys)) parts.push(part)
    return accepted(concat(...parts))
  } catch (error) {
    return refusedOrThrown(error)
  }
}

/** Whether lengths and commit signature are in order: all that can be told without the round's private key. */
export async function verifyUpdate(
  update: ReceivedUpdate,
  client: CryptoKey,
): Promise<Outcome<UpdateHeader, UpdateFailure>> {
  try {
    await verified(update, client)
    return accepted(update.header)
  } catch (error) {
    return refusedOrThrown(error)
  }
}

/** What opening needs of an update whose lengths and signature hold. Throws `PrivacyError`. */
async function verified(
  update: ReceivedUpdate,
  client: CryptoKey,
): Promise<{ readonly h: Bytes; readonly enc: Bytes }> {
  if (!consistentSizes(update.header)) throw failure('wrong-length')
  const h = await headerHash(update.header)
  const enc = decode(update.enc)
  const message = await commitMessage(h, enc, await digestChunks(update))
  if (!(await verifyBytes(message, decode(update.signature), client))) throw failure('bad-signature')
  return { h, enc }
}

/** No client of ours sends what is not base64url, so the signature cannot be over it. */
function decode(text: string): Bytes {
  try {
    return fromBase64url(text)
  } catch (cause) {
    throw failure('bad-signature', cause)
  }
}

async function digestChunks(update: ReceivedUpdate): Promise<readonly Bytes[]> {
  const digests: Bytes[] = []
  for (let index = 0; index < update.header.chunks; index++)
    digests.push(await sha256(await lengthChecked(update, index)))
  return digests
}

async function lengthChecked(update: ReceivedUpdate, index: number): Promise<Uint8Array> {
  const sealed = await update.chunk(index)
  if (sealed === undefined) throw failure('truncated')
  if (sealed.length !== sealedChunkLength(update.header.bytes, index)) throw failure('wrong-length')
  return sealed
}

const reasons: Readonly<Record<UpdateFailure, string>> = {
  'bad-signature': 'The update is not signed by the client that it names, or was changed on the way.',
  'wrong-length': 'The update is not as long as its header says.',
  truncated: 'A chunk of the update is missing.',
  unreadable: 'The update does not open with the key of its round.',
}

function refusedOrThrown(error: unknown): { readonly ok: false; readonly reason: UpdateFailure } {
  if (error instanceof PrivacyError && error.code in reasons) return refused(error.code as UpdateFailure)
  throw error
}

function failure(code: UpdateFailure, cause?: unknown): PrivacyError {
  return new PrivacyError(code, reasons[code], { cause })
}
