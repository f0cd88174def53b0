/** A part of the bench: figures for the report, and the same as text. */
import type { ExerciseOptions, LaneOptions } from '@passerby/learner/bench'
import type { BenchHost } from './host.ts'

export interface Part<Figures> {
  readonly title: string
  readonly measure: (bench: Bench) => Promise<Figures>
  readonly text: (figures: Figures) => string
}

/** What was asked for. */
export interface Bench {
  readonly workload: ExerciseOptions
  /** Timed steps of each contender, at least. */
  readonly steps: number
  readonly places: readonly Place[]
  readonly say: (line: string) => void
  /** For a part whose own host died, with what it died of: the bench ends after it, as it does where one of `places` died. */
  readonly onLost: (reason: unknown) => void
}

export interface Place {
  readonly host: BenchHost
  readonly backend: LaneOptions['backend']
}

export const placeName = ({ host, backend }: Place): string => `${host.name} ${backend}`

/** Steps in a row, before it is the next one's turn. */
export const TURN = 4
