/** The operator's token: 128 random bits, printed once at start, stored as SHA-256 only. */
import { base64url, equalBytes, fromHex, hex, sha256, utf8 } from './bytes.ts'

/** 22 characters of base64url. */
export function createOperatorToken(): string {
  return base64url(crypto.getRandomValues(new Uint8Array(16)))
}

/** What to store: SHA-256 in hexadecimal. A random token needs no slow hash. */
export async function hashOperatorToken(token: string): Promise<string> {
  return hex(await sha256(utf8(token)))
}

/** In a time that tells nothing about the stored hash. */
export async function isOperatorToken(token: string, storedHash: string): Promise<boolean> {
  return equalBytes(await sha256(utf8(token)), fromHex(storedHash))
}
