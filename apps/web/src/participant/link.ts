import { FederationId, parse } from '@passerby/protocol'

/** What a join link says: `/join/<federation>#k=<fingerprint>&t=<token>`. The fragment is never sent. */
export interface JoinLink {
  readonly federation: string
  /** SHA-256 of the root key, base64url. */
  readonly fingerprint: string
  readonly token: string
  /** `?plain`: compute with plain TensorFlow.js, for comparison. No link that a coordinator makes says so. */
  readonly plain: boolean
}

const FINGERPRINT = /^[A-Za-z0-9_-]{43}$/
const TOKEN = /^[A-Za-z0-9_.-]{1,2048}$/

/** `undefined` when a part is missing or cut off. */
export function readJoinLink(url: URL): JoinLink | undefined {
  const federation = parse(FederationId, /^\/join\/([^/]+)\/?$/.exec(url.pathname)?.[1])
  const fragment = new URLSearchParams(url.hash.slice(1))
  const fingerprint = fragment.get('k') ?? ''
  const token = fragment.get('t') ?? ''
  if (!federation.ok || !FINGERPRINT.test(fingerprint) || !TOKEN.test(token)) return undefined
  return { federation: federation.value, fingerprint, token, plain: url.searchParams.has('plain') }
}
