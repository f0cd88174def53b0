import type { DistillationTask, Params, SoftTargets } from '@passerby/federation'

/** What a coordinator and the learner beside it say to each other, over the channel between parent and child. */

/** Decodes images of a folder to one size. */
export interface ReadRequest {
  readonly kind: 'read'
  readonly folder: string
  /** At most so many, spread evenly over the folder. */
  readonly images: number
  readonly height: number
  readonly width: number
}

/** What the folder gave: fewer images than were asked for where it holds fewer, or where some could not be read. */
export interface ReadAnswer {
  /** `images × height × width × 3` bytes, red, green and blue. */
  readonly pixels: Uint8Array
  readonly images: number
  readonly unreadable: number
}

/** Comes before the first `softTargets` or `distil`: the network, and the public set that it looks at. */
export interface OpenRequest {
  readonly kind: 'open'
  readonly backbone: string
  readonly embedding: number
  readonly seed: number
  readonly publicSet: { readonly height: number; readonly width: number; readonly pixels: Uint8Array }
}

export interface SoftTargetsRequest {
  readonly kind: 'softTargets'
  readonly model: Params
  readonly targets: SoftTargets
}

export interface DistilRequest {
  readonly kind: 'distil'
  readonly model: Params
  readonly task: DistillationTask
}

export type LearnerRequest = ReadRequest | OpenRequest | SoftTargetsRequest | DistilRequest

/** What each kind of request is answered with. */
export interface LearnerAnswers {
  readonly read: ReadAnswer
  readonly open: undefined
  readonly softTargets: Float32Array
  readonly distil: Params
}

/** Requests are answered one after the other. */
export interface Asked {
  readonly number: number
  readonly request: LearnerRequest
}

export type Answered =
  | { readonly number: number; readonly ok: true; readonly value: LearnerAnswers[keyof LearnerAnswers] }
  | { readonly number: number; readonly ok: false; readonly message: string }
