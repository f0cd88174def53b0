import type { FederationSettings, LocalSettings } from '@passerby/protocol'

/**
 * What a participant needs of a learner. Only numbers cross this seam: no crop, no identity, no file name,
 * and no head weight, so whoever holds the socket cannot send them.
 */
export interface Learner {
  /** Trains one local round from the downloaded backbone. Throws `DOMException('AbortError')` when aborted. */
  train(task: LocalTask, watch: LearnerWatch): Promise<LocalOutcome>
  /** Measures a backbone on this client's own validation identities. `undefined` when it holds none. */
  evaluate(task: EvaluationTask, watch: LearnerWatch): Promise<LocalEvaluation | undefined>
}

export interface LocalTask {
  /** 1-based. Schedules run over rounds. */
  readonly round: number
  readonly rounds: number
  /** Seeds shuffling and augmentation of this round together with the client's position. */
  readonly seed: number
  readonly strategy: FederationSettings['strategy']
  /** The same for every client of the round, for what all must draw alike. */
  readonly commonSeed: number
  /** Images that belong to no client, where the strategy looks at some. */
  readonly publicSet?: PublicPixels
  /** The downloaded backbone: travelling parameters, flat, in layout order. */
  readonly backbone: Float32Array
  readonly settings: LocalSettings
}

/** `images × height × width × 3` bytes. */
export interface PublicPixels {
  readonly height: number
  readonly width: number
  readonly pixels: Uint8Array
}

export interface EvaluationTask {
  readonly backbone: Float32Array
  readonly settings: LocalSettings
}

export interface LocalOutcome {
  /** Trained travelling parameters, flat, in the same layout. */
  readonly backbone: Float32Array
  /** What the strategy sends beside them, flat, in the order of its extras; empty where there is nothing. */
  readonly extras: Float32Array
  /** Averaging weight: FedPav's number of training images. */
  readonly weight: number
  readonly images: number
  /** Mean training loss over the last epoch. */
  readonly loss: number
  readonly seconds: number
}

/** Percentages, 0 to 100; `seconds` is what measuring them took. */
export interface LocalEvaluation {
  readonly rank1: number
  readonly rank5: number
  readonly rank10: number
  readonly mAP: number
  readonly queries: number
  readonly seconds: number
}

export interface LearnerWatch {
  readonly signal: AbortSignal
  readonly onProgress?: (progress: LearnerProgress) => void
  /** After training, where the strategy looks at images with the models: from none of a set of them to all. */
  readonly onLooking?: (looking: LookingProgress) => void
}

export interface LearnerProgress {
  readonly epoch: number
  readonly epochs: number
  readonly step: number
  readonly steps: number
  readonly loss?: number
}

export interface LookingProgress {
  /** The client's own images, or those of the public set. */
  readonly at: 'own' | 'public'
  readonly seen: number
  readonly images: number
}
