import type { RoundRecord } from '@passerby/protocol'

/** The phases of a session as parts of a bar, all bars on one scale. */
export const phaseNames = ['training', 'aggregating', 'evaluating'] as const
export type PhaseName = (typeof phaseNames)[number]

export interface PhaseBar {
  readonly record: RoundRecord
  /** Seconds in all. */
  readonly seconds: number
  /** Where each phase begins and how long it is, as shares of the longest bar, in the order of `phaseNames`. */
  readonly parts: readonly PhasePart[]
  readonly counted: number
  readonly cohort: number
}

export interface PhasePart {
  readonly phase: PhaseName
  readonly seconds: number
  readonly from: number
  readonly share: number
}

/** Newest first. */
export function phaseBars(records: readonly RoundRecord[]): readonly PhaseBar[] {
  const longest = records.reduce((most, record) => Math.max(most, totalSeconds(record)), Number.MIN_VALUE)
  return records
    .map((record) => ({
      record,
      seconds: totalSeconds(record),
      parts: partsOf(record, longest),
      counted: record.contributions.filter(({ outcome }) => outcome === 'counted').length,
      cohort: record.contributions.length,
    }))
    .reverse()
}

function partsOf({ seconds }: RoundRecord, longest: number): readonly PhasePart[] {
  let from = 0
  return phaseNames.map((phase) => {
    const part = { phase, seconds: seconds[phase], from, share: seconds[phase] / longest }
    from += part.share
    return part
  })
}

export function totalSeconds({ seconds }: RoundRecord): number {
  return seconds.training + seconds.aggregating + seconds.evaluating
}

/** Seconds and bytes over all sessions, aborted ones too: what the run has cost. */
export function runTotals(records: readonly RoundRecord[]): {
  readonly seconds: number
  readonly bytesUp: number
  readonly bytesDown: number
} {
  const sum = (of: (record: RoundRecord) => number) => records.reduce((total, record) => total + of(record), 0)
  return { seconds: sum(totalSeconds), bytesUp: sum((one) => one.bytesUp), bytesDown: sum((one) => one.bytesDown) }
}
