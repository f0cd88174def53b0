import type { Params } from './params.ts'
import type { WeightedSum } from './weighted-sum.ts'

/**
 * The server half of a federated algorithm: arithmetic on `Params`, nothing else. A strategy that `reads` the
 * 'sum' sees Σwθ and Σw only, so its updates can be folded as they arrive and aggregated securely; one that
 * reads 'each' sees every client's update.
 */
interface StrategyBase<Config, State> {
  readonly name: string
  /** Where the algorithm is published. */
  readonly paper: string
  readonly defaults: Config
  /** State before the first round, from the initial model. */
  start(global: Params, config: Config): State
  /** What a client downloads. */
  dispatch(state: State, client: string, config: Config): Params
}

export interface SumStrategy<Config, State> extends StrategyBase<Config, State> {
  readonly reads: 'sum'
  /** State after a round. `first` is the update of the cohort's first client in roster order. */
  aggregate(state: State, round: { readonly sum: WeightedSum; readonly first: Params }, config: Config): State
}

export interface ClientUpdate {
  readonly client: string
  readonly weight: number
  readonly params: Params
}

export interface EachStrategy<Config, State> extends StrategyBase<Config, State> {
  readonly reads: 'each'
  /** State after a round. `updates` are in roster order. */
  aggregate(state: State, updates: readonly ClientUpdate[], config: Config): State
}

export type Strategy<Config, State> = SumStrategy<Config, State> | EachStrategy<Config, State>
