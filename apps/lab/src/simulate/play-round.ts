/** One round of a federation without sockets: the server half of the strategy and every client's local training. */
import {
  type ServerState,
  closeRound,
  drawCohort,
  modelFor,
  strategyOf,
  updateFold,
  updateLayoutOf,
  wholeLayout,
} from '@passerby/federation'
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
  readonly server: ServerState
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
  const { layout } = state.server.global
  const updateLayout = updateLayoutOf(settings.strategy, layout, {
    round,
    embedding: settings.local.embedding,
    publicImages: 0,
  })
  const cohort = drawCohort(options.clients, { ...settings.cohort, seed: settings.seed, round })
  const fold = updateFold(updateLayout)
  const memories = new Map(state.memories)
  let done = 0
  const outcomes = await Promise.all(
    cohort.map(async (client) => {
      const task = {
        round,
        rounds: settings.rounds,
        seed: rng(settings.seed, 'client', client).int(2 ** 32),
        strategy: settings.strategy,
        commonSeed: settings.seed,
        backbone: modelFor(state.server, client).values,
        settings: settings.local,
      }
      const { outcome, memory } = await workplace.train(client, task, state.memories.get(client) ?? new Map())
      fold.add(client, { values: updateOf(outcome), weight: outcome.weight })
      memories.set(client, memory)
      options.onClient?.(++done, cohort.length)
      return { images: outcome.images, loss: outcome.loss }
    }),
  )
  const images = outcomes.reduce((total, outcome) => total + outcome.images, 0)
  const loss = outcomes.reduce((total, outcome) => total + outcome.loss * outcome.images, 0) / images
  const { state: server } = await closeRound(strategyOf(settings.strategy), settings.strategy, {
    state: state.server,
    closing: {
      round,
      arrivals: fold.arrivals(),
      all: fold.mean(),
      mean: () => Promise.reject(new Error('not yet')),
      model: () => Promise.reject(new Error('not yet')),
    },
  })
  const bytes = { up: cohort.length * updateBytes(wholeLayout(updateLayout)), down: cohort.length * updateBytes(layout) }
  return {
    state: { round, server, memories },
    figures: { round, clients: cohort.length, images, loss, bytesUp: bytes.up, bytesDown: bytes.down },
  }
}

/** The model, then what goes beside it. */
function updateOf({ backbone, extras }: LocalOutcome): Float32Array {
  const values = new Float32Array(backbone.length + extras.length)
  values.set(backbone)
  values.set(extras, backbone.length)
  return values
}
