export interface Remembered<Value> {
  /** Looks a key up, and makes what is not there; of more than there is room for, the oldest is forgotten. */
  of(key: string, make: () => Value): Value
  forgetAll(): void
}

/** Room for `most` values. `onForgotten` sees each that goes. */
export function remembering<Value>(most: number, onForgotten: (value: Value) => void = () => {}): Remembered<Value> {
  const known = new Map<string, Value>()
  const forget = ([key, value]: readonly [string, Value]) => {
    known.delete(key)
    onForgotten(value)
  }
  return {
    of(key, make) {
      const found = known.get(key)
      if (found !== undefined) return found
      const made = make()
      const [oldest] = known
      if (known.size === most && oldest) forget(oldest)
      known.set(key, made)
      return made
    },
    forgetAll: () => [...known].forEach(forget),
  }
}
