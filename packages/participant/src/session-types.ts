import type { RefusalCode } from '@passerby/protocol'

/**
 * What a session remembers of sessions of the run, by number; 0 is none.
 * `kept`: its update is finished, sealed and not yet settled. `spent`: nothing up to it is trained again.
 */
export interface Past {
  readonly kept: number
  readonly spent: number
}

/** How a state that goes on without a connection stands with the coordinator. */
export type Link = 'connecting' | 'joining' | 'joined'

/**
 * One client's life:
 *
 *   idle → connecting → joining → waiting ⇄ downloading → training → uploading → waiting ⇄ evaluating
 *                                    ↕ paused                            … → ended | refused
 *
 * `uploading` and `evaluating` exist only while joined; a lost connection leads back to `connecting`, with a
 * finished update kept, which is settled before anything else. Training goes on without a connection.
 */
export type Session =
  | { readonly state: 'idle' }
  | { readonly state: 'connecting' | 'joining' | 'waiting'; readonly past: Past }
  | TrainingSession
  | UploadingSession
  | { readonly state: 'evaluating'; readonly past: Past; readonly round: number }
  | { readonly state: 'paused'; readonly past: Past; readonly link: Link; readonly because: 'asked' | 'failed' }
  | { readonly state: 'ended'; readonly because: 'completed' | 'left' }
  | { readonly state: 'refused'; readonly refusal: SessionRefusal }

export interface TrainingSession {
  readonly state: 'downloading' | 'training'
  readonly past: Past
  readonly round: number
  readonly session: number
  readonly link: Link
}

/** `next`: what the coordinator asked for meanwhile. An upload comes to its own end first, which is never far. */
export interface UploadingSession {
  readonly state: 'uploading'
  readonly past: Past
  readonly session: number
  readonly next: SessionTask
}

/** Why a participant cannot go on by itself: the coordinator's refusal, or its own. */
export interface SessionRefusal {
  /**
   * `changed-key`: the link names another root key than the one pinned here. `untrusted`: what the coordinator shows
   * does not verify. `unsupported-browser`: the algorithms are missing.
   */
  readonly code: RefusalCode | 'changed-key' | 'untrusted' | 'unsupported-browser'
  readonly message: string
}

/** What the coordinator wants, after it was verified. `accepted`: the update of that session counts already. */
export type SessionTask =
  | { readonly task: 'train'; readonly round: number; readonly session: number; readonly accepted: boolean }
  | { readonly task: 'evaluate'; readonly round: number }
  | { readonly task: 'none' }

export type SessionEvent =
  /** `kept`: session of the sealed update that an earlier life of this client left, or 0. */
  | { readonly type: 'started'; readonly kept: number }
  | { readonly type: 'connected' }
  | { readonly type: 'joined'; readonly task: SessionTask }
  | { readonly type: 'lost' }
  | { readonly type: 'tasked'; readonly task: SessionTask }
  | { readonly type: 'aborted'; readonly session: number }
  | { readonly type: 'ended' }
  | { readonly type: 'downloaded'; readonly session: number }
  | { readonly type: 'sealed'; readonly session: number }
  /** The update was counted, or the coordinator wants it no more. */
  | { readonly type: 'settled'; readonly session: number }
  | { readonly type: 'evaluated'; readonly round: number }
  /** The work under way cannot be finished. `passing`: the same may succeed later, so a finished update is kept. */
  | { readonly type: 'failed'; readonly passing?: boolean }
  | { readonly type: 'paused' }
  | { readonly type: 'resumed' }
  | { readonly type: 'left' }
  | { readonly type: 'refused'; readonly refusal: SessionRefusal }

export type SessionEffect =
  | { readonly type: 'connect' }
  | { readonly type: 'join' }
  /** Download, measure if asked, train, seal and keep, measure the result. Answers `downloaded` and `sealed`, or `failed`. */
  | { readonly type: 'train'; readonly round: number; readonly session: number }
  /** Upload what is kept, or learn that it is over. Answers `settled` or `failed`. */
  | { readonly type: 'upload'; readonly session: number }
  /** Measure a published model and tell. Answers `evaluated` or `failed`. */
  | { readonly type: 'evaluate'; readonly round: number }
  /** Stop the work under way; it answers nothing any more. */
  | { readonly type: 'abandon' }
  /** Stop the upload under way, which begins again with the next connection; measuring goes on. */
  | { readonly type: 'interrupt' }
  /** Delete the kept update. */
  | { readonly type: 'discard' }
  /** `during`: the step that failed. */
  | { readonly type: 'withdraw'; readonly reason: 'paused' | 'left' | 'failed'; readonly during?: Session['state'] }
  | { readonly type: 'return' }
  | { readonly type: 'disconnect' }
