/**
 * One piece of work at a time: the next begins when the one before has come to rest, abandoned or not, so that a
 * learner is never asked for two things at once.
 */
export function createWorkbench(life: AbortSignal) {
  let current = new AbortController()
  let rest = Promise.resolve()
  return {
    /** A failure is told unless the work was abandoned. */
    begin(work: (signal: AbortSignal) => Promise<void>, onFailure: (error: unknown) => void): void {
      const signal = AbortSignal.any([current.signal, life])
      rest = rest.then(async () => {
        if (signal.aborted) return
        try {
          await work(signal)
        } catch (error) {
          if (!signal.aborted) onFailure(error)
        }
      })
    },
    /** Everything that was begun so far. */
    abandon(): void {
      current.abort(new DOMException('The work was abandoned.', 'AbortError'))
      current = new AbortController()
    },
    /** Resolves when nothing is under way. */
    rest: () => rest,
  }
}
