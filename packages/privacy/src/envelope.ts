/** The byte strings to which both ends of a sealed update are bound. `h` is `headerHash`'s 32 bytes. */
import { concat, sha256, u32be, utf8 } from './bytes.ts'
import type { Bytes } from './bytes.ts'

/** HPKE `info`. */
export function sealInfo(h: Uint8Array): Bytes {
  return concat(utf8('passerby/v1/update'), h)
}

/** Additional authenticated data of chunk `index`. */
export function chunkAad(h: Uint8Array, index: number, last: boolean): Bytes {
  return concat(h, u32be(index), Uint8Array.of(last ? 1 : 0))
}

/**
 * What the client signs. The ciphertext enters as SHA-256 over its chunks' SHA-256 digests in order, since WebCrypto
 * hashes whole buffers only: so neither end ever joins the chunks, and a receiver may hash each as it comes.
 */
export async function commitMessage(h: Uint8Array, enc: Uint8Array, digests: readonly Uint8Array[]): Promise<Bytes> {
  return concat(utf8('passerby/v1/commit'), h, enc, await sha256(concat(...digests)))
}
