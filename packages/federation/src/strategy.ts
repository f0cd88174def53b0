import type * as v from 'valibot'
import type { Layout, Params } from './params.ts'

/**
 * The server half of a federated algorithm: arithmetic on `Params`, nothing else. Whatever needs tensors is its client
 * half, which has the same name in learner. What a strategy leaves out is as in plain averaging: one model for all, nothing beside it.
 */
export interface Strategy<Config> {
  /** As people call it. */
  readonly title: string
  /** Where the algorithm is published. */
  readonly paper: string
  /**
   * Every setting with its default and bounds, `name` being the strategy's. Titles and descriptions, the whole's too, are what
   * the dashboard's form says of it: a strategy's settings are named here and nowhere else. `v.metadata` gives a number's
   * `unit` and, by value, how the `options` of a picklist are called. A group whose first setting is 'off' is folded.
   */
  readonly settings: v.GenericSchema<unknown, Config>
  /** Why it does not go together with how clients train, as a sentence that says what to change. */
  readonly refuses?: (local: LocalTraining, config: Config) => string | undefined
  /** What a client sends beside its model (roles `summed` and `each`). */
  readonly extras?: (about: UpdateAbout, config: Config) => Layout
  /** Images of the public set that clients are given; 0 for none. */
  readonly publicImages?: (config: Config) => number
  /** The largest weight that the update of a client with so many images can have; where absent, one for each image. */
  readonly largestWeight?: (images: number, config: Config) => number
  /** Who shares a model from this round on; where absent, everyone shares one. What takes long pauses between its parts. */
  readonly group?: (
    arrivals: readonly Arrival[],
    config: Config,
    pause: () => Promise<void>,
  ) => Promise<Grouping | undefined>
  /**
   * The state after a round, from the mean over everyone whose update counts. A group's model is made in the same way, from the mean
   * over the group; only `global` of the result counts then. Neither the state nor the mean is changed.
   */
  readonly aggregate: (state: SharedState, mean: GroupMean, config: Config) => SharedState
  /** How a learner beside the server then teaches the global model; undefined in rounds in which it does not. */
  readonly distillation?: (round: number, config: Config) => Distillation | undefined
}

/** What a strategy may look at of the settings that clients train by. */
export interface LocalTraining {
  readonly optimiser: 'sgd' | 'adam'
  /** Longest gradient; 0 for any length. */
  readonly clip: number
}

/** What the layout of an update depends on. */
export interface UpdateAbout {
  /** 1-based. */
  readonly round: number
  /** Values in an embedding. */
  readonly embedding: number
  /** Images of the public set, as the round's clients are given it. */
  readonly publicImages: number
}

/** Everyone's model between rounds and what the server makes the next one with; all of it can be kept on disk. */
export interface SharedState {
  /** What a client starts from that is in no group. */
  readonly global: Params
  /** Flat values that only the server needs, by name: FedAvgM's momentum. */
  readonly memory: Readonly<Record<string, Float32Array>>
}

/** What the server knows between rounds. `Model` is a group's model, or where it is kept: there may be as many as clients. */
export interface ServerState<Model = Params> extends SharedState {
  /** Groups that have a model of their own; no client is in two. */
  readonly groups: readonly Group<Model>[]
}

export interface Group<Model = Params> {
  /** Ascending. */
  readonly clients: readonly string[]
  readonly model: Model
}

/** One client's update as far as the server reads it by itself. */
export interface Arrival {
  readonly client: string
  readonly weight: number
  /** The extras of role `each`. */
  readonly each: Params
}

export interface Grouping {
  /** Each in ascending order; together exactly the clients that arrived. */
  readonly groups: readonly (readonly string[])[]
  /** Cosine similarity of every two clients, row by row in ascending order of clients: why they were put together. */
  readonly similarity: Float32Array
}

/** A weighted mean over some clients. */
export interface GroupMean {
  /** Ascending. */
  readonly clients: readonly string[]
  /** Σw. */
  readonly weight: number
  /** Σwθ / Σw, of the model. */
  readonly mean: Params
  /** The same of the extras. */
  readonly extras: Params
  /** The model of the first of the clients. */
  readonly first: Params
}

/** How the aggregated model is taught by the clients' (FedReID, knowledge distillation; ALGORITHMS 2.4). */
export interface Distillation {
  /**
   * Who computes the soft targets: a learner beside the server from the clients' opened models, or every client from its own,
   * of which the server sees the mean alone.
   */
  readonly teachers: 'open' | 'private'
  readonly targets: SoftTargets
  /** The server's learning rate. */
  readonly rate: number
}

/**
 * `embeddings`: of length 1, matched by mean squared error. `scores`: softmax of the embedding's values at a temperature, matched
 * by cross-entropy; heads differ in width and never travel, so the embedding's values stand in for classes.
 */
export type SoftTargets = { readonly of: 'embeddings' } | { readonly of: 'scores'; readonly temperature: number }

/** Before the first round. */
export function firstState(global: Params): ServerState {
  return { global, groups: [], memory: {} }
}

/** What a client starts from. */
export function modelFor<Model>({ global, groups }: ServerState<Model>, client: string): Params | Model {
  return groups.find(({ clients }) => clients.includes(client))?.model ?? global
}
