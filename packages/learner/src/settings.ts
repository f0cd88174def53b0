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
  readonly optimiser: 'sgd' | 'adam'
  readonly momentum: number
  readonly nesterov: boolean
  readonly weightDecay: number
  readonly clip: number
  readonly loss: LossSettings
  readonly labelSmoothing: number
  readonly dropout: number
  readonly sampling: { readonly by: 'shuffle' | 'identity'; readonly imagesEach: number }
  readonly flip: boolean
  readonly pad: { readonly height: number; readonly width: number }
  readonly erasing: Erasing
  readonly jitter: Jitter
  readonly averagePrecision: 'rectangle' | 'trapezoid'
}

/** Weights of the losses whose sum is trained towards, and what each is set to. A weight of 0 leaves its loss out. */
export interface LossSettings {
  readonly identity: number
  readonly triplet: number
  readonly margin: number
  readonly softMargin: boolean
  readonly centre: number
  readonly centreRate: number
}

/** Areas as shares of the image's, aspects as height to width, from `minAspect` to its inverse. */
export interface Erasing {
  readonly probability: number
  readonly minArea: number
  readonly maxArea: number
  readonly minAspect: number
}

/** How far the three factors may be from 1. */
export interface Jitter {
  readonly brightness: number
  readonly contrast: number
  readonly saturation: number
}

export interface Schedule {
  readonly kind: 'steps' | 'cosine'
  /** Rounds, 1-based, from each of which on rates are multiplied by `factor` once more. */
  readonly milestones: readonly number[]
  readonly factor: number
  /** Where the cosine ends, as a share of the rates. */
  readonly floor: number
  /** Rounds over which rates rise. */
  readonly warmUp: number
}

/**
 * What all learning rates of a round are multiplied by; rounds are 1-based. In round t of n that warm up it is t / n; then
 * `steps` go down at each milestone, while `cosine` goes from 1 in the last of those rounds (or the first of all) to the
 * floor in the last of all: floor + (1 − floor)·(1 + cos π·p) / 2, p the share of the way (Loshchilov & Hutter 2017, without
 * restarts).
 */
export function rateFactor(
  { kind, milestones, factor, floor, warmUp }: Schedule,
  { round, rounds }: { readonly round: number; readonly rounds: number },
): number {
  const rise = round < warmUp ? round / warmUp : 1
  if (kind === 'steps') return rise * factor ** milestones.filter((milestone) => milestone <= round).length
  const top = Math.max(1, warmUp)
  if (round <= top || rounds <= top) return rise
  return floor + ((1 - floor) * (1 + Math.cos((Math.PI * (round - top)) / (rounds - top)))) / 2
}
