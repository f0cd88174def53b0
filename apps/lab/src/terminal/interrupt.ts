/** Exit codes as a shell has them: 128 and the signal's number. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const
const signals = ['SIGINT', 'SIGTERM'] as const

const last = new Set<() => void>()

/** Until the returned function is called, Ctrl-C or SIGTERM ends this process at once, after `say` and that of all other calls. */
export function onInterrupt(say: () => void): () => void {
  const own = () => say()
  if (last.size === 0) for (const signal of signals) process.on(signal, end)
  last.add(own)
  return () => {
    last.delete(own)
    if (last.size === 0) for (const signal of signals) process.off(signal, end)
  }
}

function end(signal: (typeof signals)[number]): void {
  for (const say of last) say()
  process.exit(EXIT_CODES[signal])
}
