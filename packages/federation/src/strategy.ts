import type { Params } from './params.ts'
import type { WeightedSum } from './weighted-sum.ts'

/**
 * The server half of a federated algorithm: arithmetic on `Params`, nothing else. One that `reads` the 'sum' sees Σwθ
 * and Σw only, so its updates can be folded as they arrive and aggregated securely.
 */
export interface SumStrategy<Config, State> {
  readonly name: string
  readonly reads: 'sum'
  /** Where the algorithm is published. */
  readonly paper: string
  readonly defaults: Config
  /** State before the first round, from the initial model. */
  start(global: Params, config: Config): State
  /** State after a round. `first` is the update of the cohort's first client in roster order. */
  aggregate(state: State, round: { readonly sum: WeightedSum; readonly first: Params }, config: Config): State
  /** What a client downloads. */
  dispatch(state: State, client: string, config: Config): Params
}
