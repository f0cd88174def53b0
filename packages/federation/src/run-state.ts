/**
 * The states of a run, from the operator's start to its end. Each carries only what means something in it, and is
 * plain JSON, since every state is journalled before its effects run.
 *
 *   idle → open → training → aggregating → evaluating → open (next round) → … → ended
 *           ↑________|  aborted: same round, next session
 */
export type RunState =
  | { readonly state: 'idle' }
  /** Waiting for enough clients. `session` counts attempts over the whole run, so a session is never reused. */
  | { readonly state: 'open'; readonly round: number; readonly session: number; readonly since: number }
  | TrainingState
  | AggregatingState
  | EvaluatingState
  /** `round` and `session` are the ones to open on resume. */
  | { readonly state: 'paused'; readonly round: number; readonly session: number; readonly since: number }
  | { readonly state: 'ended'; readonly rounds: number; readonly reason: EndReason }

export interface TrainingState {
  readonly state: 'training'
  readonly round: number
  readonly session: number
  readonly since: number
  /** Epoch milliseconds at which the round closes at the latest. */
  readonly deadline: number
  /** Ascending. */
  readonly cohort: readonly string[]
  /** Clients whose updates count, in the order in which they were accepted. */
  readonly accepted: readonly string[]
  /** Clients that are out of this round: they withdrew, or were away for longer than the grace time. One that returns is awaited again. */
  readonly out: readonly string[]
}

export interface AggregatingState {
  readonly state: 'aggregating'
  readonly round: number
  readonly session: number
  readonly since: number
  readonly cohort: readonly string[]
  /** Ascending: exactly the clients whose updates are in the sum. */
  readonly accepted: readonly string[]
  /** The operator asked for a pause, which begins when this round is closed. */
  readonly thenPause?: true
}

export interface EvaluatingState {
  readonly state: 'evaluating'
  readonly round: number
  readonly session: number
  readonly since: number
  readonly deadline: number
  /** Clients asked to measure the new model that are waited for: nobody, where they go on training from it at once. */
  readonly waiting: readonly string[]
  readonly thenPause?: true
}

export type EndReason = 'completed' | 'stopped'
/** `excluded`: a client was taken out whose update is in the sum, from which it cannot be taken. */
export type AbortReason = 'too-few-updates' | 'unusable' | 'excluded' | 'paused' | 'stopped'

/** The settings that the round machine reads. */
export interface RunPlan {
  readonly rounds: number
  readonly seed: number
  readonly evaluateEvery: number
  readonly minClients: number
  readonly fraction: number
  readonly deadlineMs: number
  readonly graceMs: number
  readonly evaluationMs: number
}

/** What has happened. `now` is in epoch milliseconds. */
export type RunEvent =
  | { readonly type: 'started' }
  | { readonly type: 'paused' }
  | { readonly type: 'resumed' }
  | { readonly type: 'stopped' }
  /** A client is connected and willing to train. */
  | { readonly type: 'arrived'; readonly client: string }
  /** A client's connection was lost. It has the grace time to return. */
  | { readonly type: 'lost'; readonly client: string }
  /** A client left, paused or failed: it will send nothing for the open round. */
  | { readonly type: 'withdrew'; readonly client: string }
  /** A client was taken out: it does not count in the open session, nor can it come back to that one. */
  | { readonly type: 'excluded'; readonly client: string }
  | { readonly type: 'accepted'; readonly client: string; readonly session: number }
  /** The sum was formed and the new model stored. */
  | { readonly type: 'aggregated'; readonly session: number }
  /** What the session's sum needs is gone: its key, or an update that was accepted. */
  | { readonly type: 'unusable'; readonly session: number }
  | { readonly type: 'evaluated'; readonly client: string; readonly round: number }
  /** A deadline may have passed. */
  | { readonly type: 'tick' }
  /** The coordinator was restarted: nobody is connected, the journalled state is all there is. */
  | { readonly type: 'restored' }

/** What the coordinator must do, in this order, after the state is journalled. */
export type RunEffect =
  | {
      readonly type: 'open-session'
      readonly round: number
      readonly session: number
      readonly cohort: readonly string[]
    }
  | {
      readonly type: 'aggregate'
      readonly round: number
      readonly session: number
      readonly clients: readonly string[]
    }
  /** Publish the model of `round`; `evaluate` names who is asked to measure it before the round closes. */
  | { readonly type: 'publish'; readonly round: number; readonly session: number; readonly evaluate: readonly string[] }
  | { readonly type: 'abort-session'; readonly round: number; readonly session: number; readonly reason: AbortReason }
  | { readonly type: 'close-round'; readonly round: number; readonly session: number }
  | { readonly type: 'end'; readonly reason: EndReason }
