/**
 * Runs `action` for a key at once, and then at most once every `ms`, the last time after the last call: views follow
 * quickly and never flood.
 */
export function throttle(ms: number, action: (key: string) => void): (key: string) => void {
  const waiting = new Map<string, { again: boolean }>()
  return function ask(key) {
    const present = waiting.get(key)
    if (present) {
      present.again = true
      return
    }
    const entry = { again: false }
    waiting.set(key, entry)
    setTimeout(() => {
      waiting.delete(key)
      if (entry.again) ask(key)
    }, ms).unref()
    action(key)
  }
}
