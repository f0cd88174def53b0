/**
 * Keeps the screen awake until it is told to stop. Systems end the lock when the page is hidden, so it is asked for
 * again when the page is seen. `onRefused`: the system does not allow it, on low battery say.
 */
export function keepAwake(onRefused: () => void): () => void {
  let lock: WakeLockSentinel | undefined
  let ended = false
  const ask = async () => {
    if (document.visibilityState !== 'visible' || ended) return
    try {
      lock = await navigator.wakeLock.request('screen')
      if (ended) await lock.release()
    } catch {
      onRefused()
    }
  }
  const again = () => void ask()
  document.addEventListener('visibilitychange', again)
  again()
  return () => {
    ended = true
    document.removeEventListener('visibilitychange', again)
    void lock?.release()
  }
}

export const canStayAwake = 'wakeLock' in navigator
