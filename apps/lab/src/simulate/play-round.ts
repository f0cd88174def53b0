/** One round of a federation without sockets: the server half of the strategy and every client's local training. */
import { drawCohort, type Params, strategies, weightedSum } from '@passerby/federation'
import type { LocalOutcome, LocalTask } from '@passerby/participant'
import { type FederationSettings, updateBytes } from '@passerby/protocol'
import { rng } from '@passerby/reid'

/** What a client keeps between rounds, its identity head above all: bytes by the learner's own key. */
export type Memory = ReadonlyMap<string, Uint8Array>

/** Where clients train. `client` is the client's name. The result does not depend on where or beside whom it runs. */
export interface Workplace {
  train(client: string, task: LocalTask, memory: Memory): Promise<TrainedClient>
}

export interface TrainedClient {
  readonly outcome: LocalOutcome
  readonly memory: Memory
}

export interface SimulationState {
  /** Rounds done. */
  readonly round: number
  readonly global: Params
  readonly memories: ReadonlyMap<string, Memory>
}

/** One round's figures. `loss` is the mean over clients, weighted by images. */
export interface RoundFigures {
  readonly round: number
  readonly clients: number
  readonly images: number
  readonly loss: number
  readonly bytesUp: number
  readonly bytesDown: number
}

export interface RoundOptions {
  readonly clients: readonly string[]
  readonly settings: FederationSettings
  readonly workplace: Workplace
  /** Called when a client has finished. */
  readonly onClient?: (done: number, cohort: number) => void
}

/**
 * Plays the next round. Every client of the cohort trains at once, as far as the workplace has room; updates are
 * folded as they come, and the sum does not depend on their order. Rejects with the first failure of a client.
 */
export async function playRound(
  state: SimulationState,
  options: RoundOptions,
): Promise<{ readonly state: SimulationState; readonly figures: RoundFigures }> {
  const { settings, workplace } = options
  const round = state.round + 1
  const strategy = strategies[settings.strategy.name]
  const before = strategy.start(state.global, settings.strategy)
  const cohort = drawCohort(options.clients, { ...settings.cohort, seed: settings.seed, round })
  const sum = weightedSum(state.global.layout)
  const memories = new Map(state.memories)
  let first = state.global
  let done = 0
  const outcomes = await Promise.all(
    cohort.map(async (client) => {
      const task = {
        round,
        rounds: settings.rounds,
        seed: rng(settings.seed, 'client', client).int(2 ** 32),
        strategy: settings.strategy,
        backbone: strategy.dispatch(before, client, settings.strategy).values,
        settings: settings.local,
      }
      const { outcome, memory } = await workplace.train(client, task, state.memories.get(client) ?? new Map())
      sum.add(outcome.backbone, outcome.weight)
      if (client === cohort.at(0)) first = { layout: state.global.layout, values: outcome.backbone }
      memories.set(client, memory)
      options.onClient?.(++done, cohort.length)
      return { images: outcome.images, loss: outcome.loss }
    }),
  )
  const images = outcomes.reduce((total, outcome) => total + outcome.images, 0)
  const loss = outcomes.reduce((total, outcome) => total + outcome.loss * outcome.images, 0) / images
  const bytes = cohort.length * updateBytes(state.global.layout)
  return {
    state: { round, global: strategy.aggregate(before, { sum, first }, settings.strategy), memories },
    figures: { round, clients: cohort.length, images, loss, bytesUp: bytes, bytesDown: bytes },
  }
}
