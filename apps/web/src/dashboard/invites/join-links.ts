/**
 * A join link holds a token that the coordinator tells once and does not keep. This tab remembers the links it
 * was told, so that they can be shown again until it is closed or logs out.
 */
const prefix = 'passerby-join-link:'

/** `path`: as the coordinator gave it, with its fragment. */
export function rememberLink(invite: string, path: string): void {
  sessionStorage.setItem(prefix + invite, path)
}

/** The whole link, or undefined when it was made elsewhere. */
export function linkOf(invite: string): string | undefined {
  const path = sessionStorage.getItem(prefix + invite)
  return path === null ? undefined : new URL(path, location.origin).href
}
