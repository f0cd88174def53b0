import type { StrategySettings } from '@passerby/federation'
import type { Pixels } from './data/pixels.ts'
import type { LocalSettings } from './settings.ts'

/** Structurally participant's `Learner`, whose file says what each field means. */
export interface Learner {
  train(task: LocalTask, watch: LearnerWatch): Promise<LocalOutcome>
  evaluate(task: EvaluationTask, watch: LearnerWatch): Promise<LocalEvaluation | undefined>
}

export interface EvaluationTask {
  readonly backbone: Float32Array
  readonly settings: LocalSettings
}

export interface LocalTask extends EvaluationTask {
  readonly round: number
  readonly rounds: number
  readonly seed: number
  readonly strategy: StrategySettings
  readonly commonSeed: number
  readonly publicSet?: Pixels
}

export interface LocalOutcome {
  readonly backbone: Float32Array
  readonly extras: Float32Array
  readonly weight: number
  readonly images: number
  readonly loss: number
  readonly seconds: number
}

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
  readonly at: 'own' | 'public'
  readonly seen: number
  readonly images: number
}
