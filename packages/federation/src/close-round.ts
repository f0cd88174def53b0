import { FederationError } from './errors.ts'
import type { Params } from './params.ts'
import { meanTargets, targetsFromShares } from './soft-targets.ts'
import type {
  Arrival,
  Distillation,
  GroupMean,
  Grouping,
  RoundSums,
  ServerState,
  SoftTargets,
  Strategy,
} from './strategy.ts'

/** The updates of a round that closes, as coordinator and lab hold them. */
export interface ClosingRound {
  /** 1-based. */
  readonly round: number
  /** In ascending order of clients. */
  readonly arrivals: readonly Arrival[]
  /** Formed while the updates came. */
  readonly all: GroupMean
  /** The mean over some of the clients, whose updates are read once more. */
  mean(clients: readonly string[]): Promise<GroupMean>
  /** One client's model, read once more: only distillation in the open asks for it. */
  model(client: string): Promise<Params>
  /** Between the parts of what takes long: others have their turn, or all of it is ended by a rejection. */
  pause?(): Promise<void>
  /** Does what needs tensors; absent where no strategy of this run does. */
  readonly learner?: ServerLearner
}

/** What a learner beside the server does on the public set. */
export interface ServerLearner {
  /** Soft targets of a model, `publicImages × embedding`. */
  softTargets(model: Params, targets: SoftTargets): Promise<Float32Array>
  /** The model after one pass over the public set towards the targets. Batches are drawn by the round. */
  distil(model: Params, task: DistillationTask): Promise<Params>
}

export interface DistillationTask extends Pick<Distillation, 'targets' | 'rate'> {
  readonly round: number
  /** `publicImages × embedding`. */
  readonly values: Float32Array
}

export interface ClosedRound {
  readonly state: ServerState
  /** Absent where everyone shares a model. */
  readonly grouping: Grouping | undefined
}

/**
 * Everything that happens between the last update of a round and its new models: group, average, distil. Rejects with
 * `FederationError` where clients sent what no model can be made of.
 */
export async function closeRound<Config>(
  strategy: Strategy<Config>,
  config: Config,
  { state, closing }: { readonly state: ServerState; readonly closing: ClosingRound },
): Promise<ClosedRound> {
  const { round, arrivals, all } = closing
  const grouping = await strategy.group?.(arrivals, config, async () => await closing.pause?.())
  const groups: GroupMean[] = []
  for (const clients of grouping?.groups ?? [])
    groups.push(clients.length === arrivals.length ? all : await closing.mean(clients))
  const sums: RoundSums = { all, groups }
  const aggregated = strategy.aggregate(state, sums, config)
  const distillation = strategy.distillation?.(round, config)
  if (!distillation) return { state: aggregated, grouping }
  return { state: { ...aggregated, global: await distilled(aggregated.global, distillation, closing) }, grouping }
}

async function distilled(global: Params, distillation: Distillation, closing: ClosingRound): Promise<Params> {
  const { learner, round } = closing
  if (!learner) throw new RangeError('closeRound: distillation needs a learner beside the server')
  const { targets, rate, teachers } = distillation
  const values =
    teachers === 'private' ? targetsFromShares(closing.all, targets) : await taught(closing, learner, targets)
  return await learner.distil(global, { round, values, targets, rate })
}

/** The clients' mean targets, one model at a time. */
async function taught(closing: ClosingRound, learner: ServerLearner, targets: SoftTargets): Promise<Float32Array> {
  const mean = meanTargets()
  for (const { client } of closing.arrivals) {
    const values = await learner.softTargets(await closing.model(client), targets)
    if (!values.every(Number.isFinite))
      throw new FederationError(
        'wrong-targets',
        'What its model says of public images holds values that are no numbers.',
        client,
      )
    mean.add(values)
  }
  return mean.values()
}
