/** One round of a federation without sockets: the server half of the strategy and every client's local training. */
import {
  type HeldUpdate,
  type Params,
  type ServerLearner,
  type ServerState,
  closeRound,
  drawCohort,
  joinUpdate,
  modelFor,
  modelIn,
  roundInMemory,
  strategyOf,
  updateLayoutOf,
  wholeLayout,
} from '@passerby/federation'
import type { LocalOutcome, LocalTask, PublicPixels } from '@passerby/participant'
import { type FederationSettings, updateBytes } from '@passerby/protocol'
import { rng } from '@passerby/reid'

/** How many images a public set has. */
export const imagesIn = ({ height, width, pixels }: PublicPixels) => pixels.length / (height * width * 3)

/** What a client keeps between rounds, its identity head above all: bytes by the learner's own key. */
export type Memory = ReadonlyMap<string, Uint8Array>

/** Where clients train. `client` is the client's name. The result does not depend on where or beside whom it runs. */
export interface Workplace {
  train(client: string, task: LocalTask, memory: Memory): Promise<TrainedClient>
  /** What the server does with tensors, on the public set that clients are given. */
  serverLearner(publicSet: PublicPixels, seed: number): ServerLearner
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
  /** Each client's share in the average over all. */
  readonly shares: Readonly<Record<string, number>>
  /** Who shares a model from this round on, where the strategy groups clients. */
  readonly groups?: readonly (readonly string[])[]
}

export interface PlayedRound {
  readonly state: SimulationState
  readonly figures: RoundFigures
  /** Every client's model as it left, before any averaging. */
  readonly models: ReadonlyMap<string, Params>
}

export interface RoundOptions {
  readonly clients: readonly string[]
  readonly settings: FederationSettings
  readonly workplace: Workplace
  /** In shared memory, so that a task carries it at no cost. */
  readonly publicSet?: PublicPixels
  /** Called when a client has finished. */
  readonly onClient?: (done: number, cohort: number) => void
}

/**
 * Plays the next round. Every client of the cohort trains at once, as far as the workplace has room; their updates are kept
 * until it closes, and the sum does not depend on their order. Rejects with the first failure of a client.
 */
export async function playRound(state: SimulationState, options: RoundOptions): Promise<PlayedRound> {
  const { settings, workplace, publicSet } = options
  const round = state.round + 1
  const { layout } = state.server.global
  const updateLayout = updateLayoutOf(settings.strategy, layout, {
    round,
    embedding: settings.local.embedding,
    publicImages: publicSet ? imagesIn(publicSet) : 0,
  })
  const cohort = drawCohort(options.clients, { ...settings.cohort, seed: settings.seed, round })
  const updates = new Map<string, HeldUpdate>()
  const memories = new Map(state.memories)
  const outcomes = await Promise.all(
    cohort.map(async (client) => {
      const task = {
        round,
        rounds: settings.rounds,
        seed: rng(settings.seed, 'client', client).int(2 ** 32),
        strategy: settings.strategy,
        commonSeed: settings.seed,
        ...(publicSet && { publicSet }),
        backbone: modelFor(state.server, client).values,
        settings: settings.local,
      }
      const { outcome, memory } = await workplace.train(client, task, state.memories.get(client) ?? new Map())
      updates.set(client, { values: joinUpdate(outcome.backbone, outcome.extras), weight: outcome.weight })
      memories.set(client, memory)
      options.onClient?.(updates.size, cohort.length)
      return { images: outcome.images, loss: outcome.loss }
    }),
  )
  const images = outcomes.reduce((total, outcome) => total + outcome.images, 0)
  const loss = outcomes.reduce((total, outcome) => total + outcome.loss * outcome.images, 0) / images
  const closing = roundInMemory(updateLayout, {
    round,
    updates,
    ...(publicSet && { learner: workplace.serverLearner(publicSet, settings.seed) }),
  })
  const { state: server, grouping } = await closeRound(strategyOf(settings.strategy), settings.strategy, {
    state: state.server,
    closing,
  })
  return {
    state: { round, server, memories },
    figures: {
      round,
      clients: cohort.length,
      images,
      loss,
      bytesUp: cohort.length * updateBytes(wholeLayout(updateLayout)),
      bytesDown: cohort.length * updateBytes(layout),
      shares: Object.fromEntries(
        closing.arrivals.map(({ client, weight }) => [client, weight / closing.all.weight] as const),
      ),
      ...(grouping && { groups: grouping.groups }),
    },
    models: new Map([...updates].map(([client, { values }]) => [client, modelIn(layout, values)])),
  }
}
