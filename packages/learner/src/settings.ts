/** What a learner reads of a federation's settings: structurally protocol's `LocalSettings`, which has the defaults. */
export interface LocalSettings {
  /** A name of the backbones' registry. */
  readonly backbone: string
  readonly embedding: number
  /** Pixels. */
  readonly input: { readonly height: number; readonly width: number }
  readonly epochs: number
  readonly batchSize: number
  readonly backboneRate: number
  readonly headRate: number
  readonly schedule: Schedule
  readonly momentum: number
  readonly nesterov: boolean
  readonly weightDecay: number
  readonly labelSmoothing: number
  readonly flip: boolean
  readonly pad: { readonly height: number; readonly width: number }
  readonly averagePrecision: 'rectangle' | 'trapezoid'
}

export interface Schedule {
  /** Rounds, 1-based, from each of which on rates are multiplied by `factor` once more. */
  readonly milestones: readonly number[]
  readonly factor: number
}

/** What all learning rates of a round are multiplied by. Rounds are 1-based. */
export function rateFactor(schedule: Schedule, round: number): number {
  return schedule.factor ** schedule.milestones.filter((milestone) => milestone <= round).length
}
