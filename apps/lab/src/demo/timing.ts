/** Where a round's time goes, from what its clients told and when the coordinator's journal says that it began and ended. */
import type { Contribution, RoundRecord } from '@passerby/protocol'

/** Seconds. */
export interface RoundTiming {
  /** From the opening of the round to the opening of the next. */
  readonly round: number
  /** Of the client that computed for the longest. */
  readonly training: number
  /** What the same client measured: the model that it started from, its own, and after the last round the final one. */
  readonly measuring: number
  /** All the rest, in which that client computed nothing: downloads, seals, uploads, sums, waits. */
  readonly coordination: number
}

/**
 * One timing per record, in order, of a run whose every record is published. A client that waits for a slower one's
 * training waits for training, so the one that computes for the longest is whom a round waits for. It measures its own
 * model while its update is on the way; what of that outlasts the round is in the next one's time.
 */
export function roundTimings(records: readonly RoundRecord[]): readonly RoundTiming[] {
  return records.map(({ seconds, contributions }, index) => {
    const before = index === 0 ? [] : records[index - 1].contributions
    const isLast = index === records.length - 1
    const times = contributions
      .filter(({ outcome }) => outcome === 'counted')
      .map((own) => {
        const started = before.find(({ client }) => client === own.client)?.global?.seconds ?? 0
        const training = own.trainSeconds ?? 0
        return { computed: started + training, training, measuring: started + afterTraining(own, isLast) }
      })
    const { training, measuring } = times.reduce(longer, { computed: 0, training: 0, measuring: 0 })
    const round = seconds.training + seconds.aggregating + seconds.evaluating
    return { round, training, measuring, coordination: round - training - measuring }
  })
}

/** The whole run as one. */
export function totalTiming(timings: readonly RoundTiming[]): RoundTiming {
  const sum = (of: keyof RoundTiming) => timings.reduce((total, timing) => total + timing[of], 0)
  return {
    round: sum('round'),
    training: sum('training'),
    measuring: sum('measuring'),
    coordination: sum('coordination'),
  }
}

function afterTraining({ local, global }: Contribution, isLast: boolean): number {
  return (local?.seconds ?? 0) + (isLast ? (global?.seconds ?? 0) : 0)
}

const longer = <Time extends { readonly computed: number }>(a: Time, b: Time): Time => (b.computed > a.computed ? b : a)
