/** Rows `start` to `end`, the end not included. */
export interface Range {
  readonly start: number
  readonly end: number
}

/** `0` to `count` in parts of `most`. */
export function rangesOf(count: number, most: number): readonly Range[] {
  return Array.from({ length: Math.ceil(count / most) }, (_, part) => ({
    start: part * most,
    end: Math.min((part + 1) * most, count),
  }))
}
