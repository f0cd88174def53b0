export interface Calm {
  /** How long nothing was asked for. */
  readonly quietMs: number
  /** At least between two. */
  readonly everyMs: number
  /** Since the first time that was not answered yet: then without waiting any longer. */
  readonly latestMs: number
}

/**
 * Runs `action` for a key once it is no longer asked for in quick succession: what is happening then goes first, and what
 * is shown is how it ended.
 */
export function whenCalm({ quietMs, everyMs, latestMs }: Calm, action: (key: string) => void): (key: string) => void {
  const asked = new Map<string, { readonly first: number; timer?: NodeJS.Timeout }>()
  const done = new Map<string, number>()
  return function ask(key) {
    const now = Date.now()
    const entry = asked.get(key) ?? { first: now }
    const at = Math.min(now + quietMs, entry.first + latestMs)
    clearTimeout(entry.timer)
    entry.timer = setTimeout(
      () => {
        asked.delete(key)
        done.set(key, Date.now())
        action(key)
      },
      Math.max(at, (done.get(key) ?? 0) + everyMs) - now,
    ).unref()
    asked.set(key, entry)
  }
}
