/** How a client proves at joining that it holds its identity key: it signs what only this connection was told. */
import { base64url, fromBase64url, hex, sha256, utf8 } from './bytes.ts'
import type { Bytes } from './bytes.ts'
import { canonicalText } from './canonical.ts'
import { signBytes, verifyBytes } from './signing.ts'
import { signedBytes } from './statement.ts'

/** `nonce`: the coordinator's, fresh for this connection. `token`: the join token's text, signed as its hash. */
export interface JoinClaim {
  readonly nonce: string
  readonly federation: string
  readonly token: string
}

/** 64 bytes in base64url. */
export async function proveJoin(claim: JoinClaim, identity: CryptoKey): Promise<string> {
  return base64url(await signBytes(await claimBytes(claim), identity))
}

/** False for every proof that is not this key's over this claim. */
export async function verifyJoin(claim: JoinClaim, proof: string, publicKey: CryptoKey): Promise<boolean> {
  try {
    return await verifyBytes(await claimBytes(claim), fromBase64url(proof), publicKey)
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

async function claimBytes({ nonce, federation, token }: JoinClaim): Promise<Bytes> {
  const claim = { federation, nonce, token: hex(await sha256(utf8(token))) }
  return signedBytes('join', utf8(canonicalText(claim)))
}
