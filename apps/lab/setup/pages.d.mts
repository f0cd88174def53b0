/** Builds the pages where they are missing or stale; answers their folder. Throws an `Error` when the build fails. */
export function ensurePages(root: string, options?: { readonly testHooks?: boolean }): string
