/** Exit codes as a shell has them: 128 and the signal's number. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const

/** Until the returned function is called, Ctrl-C or SIGTERM ends this process at once, after `last`. */
export function onInterrupt(last: () => void): () => void {
  const listeners = (['SIGINT', 'SIGTERM'] as const).map((signal) => ({
    signal,
    end() {
      last()
      process.exit(EXIT_CODES[signal])
    },
  }))
  for (const { signal, end } of listeners) process.on(signal, end)
  return () => {
    for (const { signal, end } of listeners) process.off(signal, end)
  }
}
