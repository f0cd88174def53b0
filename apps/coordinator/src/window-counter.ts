/** Counts what happens in windows of `windowMs`. Returns false from the one on that is more than `most`. */
export function windowCounter(most: number, windowMs: number): (now: number) => boolean {
  let since = Number.NEGATIVE_INFINITY
  let count = 0
  return (now) => {
    if (now - since >= windowMs) {
      since = now
      count = 0
    }
    count += 1
    return count <= most
  }
}
