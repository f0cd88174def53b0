/** Runs what it is given one after the other, in order. A failed one does not stop the next. */
export interface Queue {
  add<Value>(work: () => Promise<Value>): Promise<Value>
  /** Resolves when everything that was added so far is done. */
  idle(): Promise<void>
}

export function serialQueue(): Queue {
  let last: Promise<unknown> = Promise.resolve()
  return {
    add(work) {
      const result = last.then(work)
      last = result.catch(() => undefined)
      return result
    },
    async idle() {
      await last
    },
  }
}
