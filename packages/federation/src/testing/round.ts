import { type ClosedRound, type ClosingRound, closeRound } from '../close-round.ts'
import type { Layout, Params } from '../params.ts'
import { type HeldUpdate, roundInMemory } from '../round-in-memory.ts'
import { sketchSpec } from '../sketches.ts'
import { targetsShare, targetsSpec } from '../soft-targets.ts'
import { type StrategySettings, strategyOf, updateLayoutOf } from '../strategies/index.ts'
import type { ServerState, UpdateAbout } from '../strategy.ts'
import type { UpdateLayout } from '../update-fold.ts'
import { type Images, embed, linearLearner, softTargets } from './linear-network.ts'

/** One client's update. */
export interface Sent extends HeldUpdate {
  readonly client: string
}

/** Who is asked for what while a round closes: `model a` where a client's model was opened. */
export type Journal = string[]

/** A round that closes in memory, with a learner of one linear layer. */
export function closingRound(
  { layout, round, images }: { readonly layout: UpdateLayout; readonly round: number; readonly images: Images },
  sent: readonly Sent[],
  journal: Journal = [],
): ClosingRound {
  const learner = linearLearner(images)
  const closing = roundInMemory(layout, { round, updates: new Map(sent.map((update) => [update.client, update])) })
  return {
    ...closing,
    async mean(clients) {
      journal.push(`mean ${clients.join(' ')}`)
      return await closing.mean(clients)
    },
    async keep(model) {
      journal.push('keep')
      return await closing.keep(model)
    },
    async model(client) {
      journal.push(`model ${client}`)
      return await closing.model(client)
    },
    learner: {
      ...learner,
      async distil(model, task) {
        journal.push(`distil ${task.round}`)
        return await learner.distil(model, task)
      },
    },
  }
}

/** What a client ends its round with. */
export interface Trained {
  readonly client: string
  readonly weight: number
  /** Flat, of the model's layout. */
  readonly model: readonly number[]
}

export interface Played {
  readonly settings: StrategySettings
  readonly layout: Layout
  readonly images: Images
  readonly round?: number
  readonly journal?: Journal
}

/** A round with clients that send beside their models what they have to: sketches and shares of soft targets. */
export async function playRound(state: ServerState, played: Played, trained: readonly Trained[]): Promise<ClosedRound> {
  const { settings, layout: model, images, round = 1, journal = [] } = played
  const about = { round, embedding: model[0].shape[0], publicImages: images.length }
  const layout = updateLayoutOf(settings, model, about)
  const sent = trained.map((client) => ({ ...client, values: updateOf(client, { played, layout, about }) }))
  const closing = closingRound({ layout, round, images }, sent, journal)
  return await closeRound(strategyOf(settings), settings, { state, closing })
}

function updateOf(
  { model, weight }: Trained,
  { played, layout, about }: { readonly played: Played; readonly layout: UpdateLayout; readonly about: UpdateAbout },
): Float32Array {
  const { settings, images } = played
  const params: Params = { layout: layout.model, values: Float32Array.from(model) }
  const extras = layout.extras.map(({ name, shape }) => {
    if (settings.name !== 'fedpav') throw new RangeError('updateOf: only FedPav’s extras are known')
    if (name === targetsSpec(about).name) {
      const { targets, temperature } = settings.distillation
      const kind = targets === 'scores' ? { of: targets, temperature } : { of: targets }
      return targetsShare(softTargets(params, images, kind), weight)
    }
    if (name !== sketchSpec(about, { kind: 'averaged', images: 1 }).name) throw new RangeError(`updateOf: ${name}`)
    return settings.clustering.by === 'averaged'
      ? meanRow(embed(params, images), shape[1])
      : embed(params, images.slice(0, shape[0]))
  })
  return Float32Array.of(...params.values, ...extras.flatMap((values) => [...values]))
}

function meanRow(rows: Float32Array, width: number): Float32Array {
  const mean = new Float32Array(width)
  for (const [at, value] of rows.entries()) mean[at % width] += (value * width) / rows.length
  return mean
}
