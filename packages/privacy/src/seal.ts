import { base64url, sha256, unshared } from './bytes.ts'
import type { Bytes } from './bytes.ts'
import { chunkAad, commitMessage, sealInfo } from './envelope.ts'
import { chunkBytes, headerHash, updateHeader } from './header.ts'
import type { UpdateContext, UpdateHeader } from './header.ts'
import { suite } from './hpke.ts'
import { signBytes } from './signing.ts'

/** An update as it leaves the device. Keep it until it is acknowledged: a lost chunk is sent again as it is. */
export interface SealedUpdate {
  readonly header: UpdateHeader
  /** HPKE's encapsulated key, 32 bytes in base64url. */
  readonly enc: string
  /** Ciphertext, each of at most 256 KiB + 16 bytes; `sealedChunkLength` says how many exactly. */
  readonly chunks: readonly Bytes[]
  /** The client's Ed25519 signature over all of the above, 64 bytes in base64url. */
  readonly signature: string
}

/**
 * Seals an update to the round's key and signs it with the client's identity. Every call draws a fresh HPKE context,
 * so no nonce ever meets two plaintexts. `plaintext` is read during the call and left as it is.
 */
export async function sealUpdate(
  context: UpdateContext,
  plaintext: Uint8Array,
  keys: { readonly round: CryptoKey; readonly identity: CryptoKey },
): Promise<SealedUpdate> {
  const header = updateHeader(context, plaintext.length)
  const h = await headerHash(header)
  const sender = await suite.createSenderContext({ recipientPublicKey: keys.round, info: sealInfo(h).buffer })
  const enc = new Uint8Array(sender.enc)
  const bytes = unshared(plaintext)
  const chunks: Bytes[] = []
  const digests: Bytes[] = []
  for (let index = 0; index < header.chunks; index++) {
    const part = bytes.subarray(index * chunkBytes, (index + 1) * chunkBytes)
    const aad = chunkAad(h, index, index === header.chunks - 1)
    const sealed = new Uint8Array(await sender.seal(part, aad))
    chunks.push(sealed)
    digests.push(await sha256(sealed))
  }
  const signature = await signBytes(await commitMessage(h, enc, digests), keys.identity)
  return { header, enc: base64url(enc), chunks, signature: base64url(signature) }
}
