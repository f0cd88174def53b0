/** Keeps the screen awake while `wanted`, also after the page was hidden and came back. Gives what ends it. */
export function keepAwake(onChange: (awake: boolean) => void): () => void {
  let lock: WakeLockSentinel | undefined
  let ended = false
  const ask = async () => {
    if (document.visibilityState !== 'visible' || ended) return
    try {
      lock = await navigator.wakeLock.request('screen')
      lock.addEventListener('release', () => onChange(false))
      if (ended) await lock.release()
      else onChange(true)
    } catch {
      // The system may refuse, on low battery say: the switch then shows what is true.
      onChange(false)
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
