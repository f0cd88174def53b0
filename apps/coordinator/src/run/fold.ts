import { type Layout, type Params, strategies, weightedSum } from '@passerby/federation'
import type { FederationSettings } from '@passerby/protocol'

/**
 * The updates of one session, folded as they come: the running sum and the one update that a strategy may look at,
 * that of the first client in ascending order of ids. Memory does not depend on the number of clients.
 */
export interface Fold {
  /** Whose updates are in the sum. */
  readonly clients: ReadonlySet<string>
  /** Adds a client's update once. Throws `RangeError` when it was added before. */
  add(client: string, update: { readonly values: Float32Array; readonly weight: number }): void
  /** The next model, by the federation's strategy. Throws `RangeError` when nothing was folded. */
  next(global: Params): Params
}

export function emptyFold(layout: Layout, settings: FederationSettings['strategy']): Fold {
  const sum = weightedSum(layout)
  const clients = new Set<string>()
  let first: { readonly client: string; readonly params: Params } | undefined
  return {
    clients,
    add(client, { values, weight }) {
      if (clients.has(client)) throw new RangeError(`fold: client ${client} is in the sum already`)
      sum.add(values, weight)
      clients.add(client)
      if (first === undefined || client < first.client) first = { client, params: { layout, values } }
    },
    next(global) {
      if (first === undefined) throw new RangeError('fold: nothing was folded')
      const strategy = strategies[settings.name]
      const state = strategy.start(global, settings)
      return strategy.dispatch(strategy.aggregate(state, { sum, first: first.params }, settings), '', settings)
    },
  }
}
