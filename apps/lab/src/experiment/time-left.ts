/** How long a sweep will still take, from how long its rounds took so far. */

export interface Pace {
  /** Runs of one kind cost alike: the same network at the same input size, say. */
  readonly kind: string
  readonly rounds: number
}

export interface TimeLeft {
  /** A finished round and the seconds since the one before it, measuring included. */
  add(kind: string, seconds: number): void
  /** Seconds until `rest` is done by `lanes` at once; `undefined` before the first round is known. */
  of(rest: readonly Pace[], lanes: number): number | undefined
}

/** A kind that nobody played yet is taken for as long as the mean of those that were. */
export function timeLeft(): TimeLeft {
  const kinds = new Map<string, { rounds: number; seconds: number }>()
  const mean = (all: Iterable<{ rounds: number; seconds: number }>) => {
    let rounds = 0
    let seconds = 0
    for (const each of all) {
      rounds += each.rounds
      seconds += each.seconds
    }
    return seconds / rounds
  }
  return {
    add(kind, seconds) {
      const known = kinds.get(kind) ?? { rounds: 0, seconds: 0 }
      kinds.set(kind, { rounds: known.rounds + 1, seconds: known.seconds + seconds })
    },
    of(rest, lanes) {
      if (kinds.size === 0) return undefined
      const usual = mean(kinds.values())
      const work = rest.reduce((total, { kind, rounds }) => {
        const known = kinds.get(kind)
        return total + rounds * (known ? mean([known]) : usual)
      }, 0)
      return work / Math.max(1, Math.min(lanes, rest.length))
    },
  }
}
