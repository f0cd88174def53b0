import type { ClosingRound, ServerLearner } from './close-round.ts'
import { type UpdateFold, type UpdateLayout, modelIn, updateFold } from './update-fold.ts'

/** One client's update: the model, then what goes beside it, in one buffer. */
export interface HeldUpdate {
  readonly values: Float32Array
  readonly weight: number
}

/** A round that closes where everyone's update is in memory, as in a simulation. */
export function roundInMemory(
  layout: UpdateLayout,
  closing: {
    /** 1-based. */
    readonly round: number
    readonly updates: ReadonlyMap<string, HeldUpdate>
    readonly learner?: ServerLearner
  },
): ClosingRound {
  const { round, updates, learner } = closing
  const updateOf = (client: string): HeldUpdate => {
    const update = updates.get(client)
    if (!update) throw new RangeError(`roundInMemory: no update of '${client}'`)
    return update
  }
  const folded = (clients: Iterable<string>): UpdateFold => {
    const fold = updateFold(layout)
    for (const client of clients) fold.add(client, updateOf(client))
    return fold
  }
  const all = folded(updates.keys())
  return {
    round,
    arrivals: all.arrivals(),
    all: all.mean(),
    mean: async (clients) => folded(clients).mean(),
    keep: async (model) => model,
    model: async (client) => modelIn(layout.model, updateOf(client).values),
    ...(learner && { learner }),
  }
}
