import type { PatternPreview, SurveySummary } from '@passerby/crops'
import type { PathFile } from '@passerby/crops/browser'
import type {
  EvaluationTask,
  LearnerProgress,
  LocalEvaluation,
  LocalOutcome,
  LocalTask,
  LookingProgress,
} from '@passerby/learner'
import type { LocalSettings } from '@passerby/protocol'
import type { BackendWish } from '../membership.ts'

/**
 * What the page may ask of its worker. Crops, identities and the identity head live behind this line; across it come
 * counts, names to show on this device's own screen, and the numbers of `Learner`.
 */
export interface Workbench {
  /** Holds this lock for as long as the worker lives; answers once it does. */
  live(lock: string): Promise<void>
  /** Opens the place where this tab's crops and head are kept. */
  open(place: string): Promise<void>
  /** The crops that are kept there, and stay kept. */
  kept(): Promise<CropsView | undefined>
  /** Reads what was picked; nothing is kept yet. */
  read(picked: Picked, onProgress: OnProgress): Promise<CropsView>
  /** Reads the names again by another pattern; empty syntax: by the recognised one. */
  readNames(syntax: string): Promise<PatternAnswer>
  /** Copies the crops that were read into the browser's storage, so that a reload needs no new import. */
  keep(onProgress: OnProgress): Promise<CropsView>
  /** Removes crops and head from the browser's storage. */
  forget(): Promise<void>
  /** Image files for the contact sheet, evenly over the identities. */
  sheet(size: number): Promise<readonly SheetImage[]>

  /** Chooses the backend, measures it with the federation's network, and decodes the crops. */
  check(settings: LocalSettings, wish: DeviceWish, onStage?: OnStage): Promise<CheckView>
  /** Keeps images that belong to no client, for the rounds that look at them, in place of those it had. */
  holdPublicSet(set: PublicSet): Promise<void>
  train(
    task: BenchTask,
    onProgress: (progress: LearnerProgress) => void,
    onLooking: (looking: LookingProgress) => void,
  ): Promise<LocalOutcome>
  evaluate(task: EvaluationTask): Promise<LocalEvaluation | undefined>
  /** Ends the running `read`, `keep`, `train`, `evaluate`, `pictures` or `activations` with an `AbortError`. */
  abort(): Promise<void>
  /** Own validation crops: for some of them those that a backbone finds most alike, and how all lie apart. */
  pictures(task: PicturesTask, onFraction: OnFraction): Promise<PicturesView>
  /** Where the backbone answers to these validation crops, in this order. */
  activations(task: ActivationsTask, onFraction: OnFraction): Promise<readonly ActivationMap[]>
}

export type PublicSet = NonNullable<LocalTask['publicSet']>

export interface BenchTask extends Omit<LocalTask, 'publicSet'> {
  /** The public set that was handed over last. */
  readonly looksAtPublicSet: boolean
}

export type OnProgress = (done: number, total: number) => void
/** From 0 to 1. */
export type OnFraction = (fraction: number) => void

/** A .zip among the files stands for what is in it. */
export type Picked =
  | { readonly kind: 'files'; readonly files: readonly PathFile[] }
  | { readonly kind: 'generated'; readonly seed: number }

/** Crops as the page shows them. */
export interface CropsView {
  /** 'market.zip', '312 files', 'generated people' */
  readonly origin: string
  readonly kept: boolean
  readonly pattern: { readonly name: string; readonly syntax: string } | undefined
  readonly preview: readonly PatternPreview[]
  readonly summary: SurveySummary
}

export type PatternAnswer =
  | { readonly ok: true; readonly crops: CropsView }
  | { readonly ok: false; readonly problem: string }

export interface SheetImage {
  readonly identity: string
  readonly camera: string
  readonly image: Blob
}

/** What to compute with. */
export interface DeviceWish {
  readonly backend: BackendWish
  readonly threads: number
  /** By plain TensorFlow.js instead of this project's executors. */
  readonly plain: boolean
}

export type CheckStage = 'crops' | 'backend'
/** `fraction`: of the stage, 0 to 1, where it can be told. */
export type OnStage = (stage: CheckStage, fraction?: number) => void

export interface CheckView {
  readonly backend: 'webgpu' | 'wasm'
  /** 'NVIDIA GeForce RTX 4090', 'WebAssembly SIMD, 1 thread' */
  readonly device: string
  /** That share every batch on the processor. */
  readonly threads: number
  /** Why the faster backends are not used; empty on WebGPU. */
  readonly notUsed: readonly { readonly backend: string; readonly reason: string }[]
  /** Largest relative difference from the stored gradients. */
  readonly gradientError: number
  readonly imagesPerSecond: number
  readonly trainingImages: number
  readonly validationImages: number
  /** Bytes that decoded crops and a training step take; absent where no plan tells. */
  readonly memoryBytes?: number
  readonly unreadable: readonly { readonly name: string; readonly reason: string }[]
}

export interface PicturesTask extends EvaluationTask {
  /** Searches to show. */
  readonly queries: number
}

export interface ActivationsTask extends EvaluationTask {
  /** Positions among the validation crops. */
  readonly crops: readonly number[]
}

export interface PicturesView {
  /** Empty where nobody was kept back for validation, or nobody has a second crop. */
  readonly searches: readonly SearchView[]
  /** Absent with too few crops. */
  readonly plane?: PlaneView | undefined
}

export interface SearchView {
  readonly query: ValidationCrop
  /** Best first. */
  readonly found: readonly (ValidationCrop & { readonly right: boolean })[]
  /** 1-based, also beyond those that are shown; `undefined` when there is no right one. */
  readonly firstRight: number | undefined
}

export interface ValidationCrop extends SheetImage {
  /** Position among the validation crops. */
  readonly at: number
}

/** Crops along the first two principal directions of their embeddings. */
export interface PlaneView {
  /** All validation crops; points may be fewer, evenly over them. */
  readonly crops: number
  /** Shares of the variance, 0 to 1. */
  readonly explained: readonly [first: number, second: number]
  readonly points: readonly PlanePoint[]
}

export interface PlanePoint {
  readonly identity: string
  readonly camera: string
  readonly x: number
  readonly y: number
}

/** How strongly a backbone answers over a whole crop, row by row, 0 (least) to 255 (most). */
export interface ActivationMap {
  readonly height: number
  readonly width: number
  readonly values: Uint8Array
}
