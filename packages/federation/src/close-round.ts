import { FederationError } from './errors.ts'
import type { Params } from './params.ts'
import { meanTargets, targetsFromShares } from './soft-targets.ts'
import type {
  Arrival,
  Distillation,
  Group,
  GroupMean,
  Grouping,
  ServerState,
  SharedState,
  SoftTargets,
  Strategy,
} from './strategy.ts'

/** The updates of a round that closes, as coordinator and lab hold them. `Model`: a group's, or where it is kept. */
export interface ClosingRound<Model = Params> {
  /** 1-based. */
  readonly round: number
  /** In ascending order of clients. */
  readonly arrivals: readonly Arrival[]
  /** Formed while the updates came. */
  readonly all: GroupMean
  /** The mean over some of the clients, whose updates are read once more. */
  mean(clients: readonly string[]): Promise<GroupMean>
  /** Puts a group's model where it is kept: one at a time, so that memory does not grow with the groups. */
  keep(model: Params): Promise<Model>
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

export interface ClosedRound<Model = Params> {
  readonly state: ServerState<Model>
  /** Absent where everyone shares a model. */
  readonly grouping: Grouping | undefined
}

/**
 * Everything that happens between the last update of a round and its new models: group, average, distil. Rejects with
 * `FederationError` where clients sent what no model can be made of.
 */
export async function closeRound<Config, Model>(
  strategy: Strategy<Config>,
  config: Config,
  { state, closing }: { readonly state: ServerState<Model>; readonly closing: ClosingRound<Model> },
): Promise<ClosedRound<Model>> {
  const { round, arrivals, all } = closing
  const { groups: before, ...shared } = state
  const grouping = await strategy.group?.(arrivals, config, async () => await closing.pause?.())
  const made: Group<Model>[] = []
  for (const clients of grouping?.groups ?? []) {
    const mean = clients.length === arrivals.length ? all : await closing.mean(clients)
    const { global } = finite(strategy.aggregate(shared, mean, config), round)
    made.push({ clients, model: await closing.keep(global) })
  }
  const aggregated = strategy.aggregate(shared, all, config)
  const distillation = strategy.distillation?.(round, config)
  const taught = distillation
    ? { ...aggregated, global: await distilled(aggregated.global, distillation, closing) }
    : aggregated
  return { state: { ...finite(taught, round), groups: [...made, ...absentOf(before, arrivals)] }, grouping }
}

/** Of the groups before those members who were not there this time, with the model that they had. */
function absentOf<Model>(groups: readonly Group<Model>[], arrivals: readonly Arrival[]): readonly Group<Model>[] {
  const here = new Set(arrivals.map(({ client }) => client))
  return groups
    .map(({ clients, model }) => ({ clients: clients.filter((client) => !here.has(client)), model }))
    .filter(({ clients }) => clients.length > 0)
}

/** Updates are finite, but what a strategy makes of them need not be, where it divides or squares. */
function finite(state: SharedState, round: number): SharedState {
  if ([state.global.values, ...Object.values(state.memory)].every((values) => values.every(Number.isFinite)))
    return state
  throw new FederationError(
    'not-finite',
    `What the strategy made of round ${round}'s updates holds values that are no numbers. Is its rate too high, or does a client send numbers that are far too large?`,
  )
}

async function distilled(global: Params, distillation: Distillation, closing: ClosingRound<unknown>): Promise<Params> {
  const { learner, round } = closing
  if (!learner) throw new RangeError('closeRound: distillation needs a learner beside the server')
  const { targets, rate, teachers } = distillation
  const values =
    teachers === 'private' ? targetsFromShares(closing.all, targets) : await taught(closing, learner, targets)
  return await learner.distil(global, { round, values, targets, rate })
}

/** The clients' mean targets, one model at a time. All are looked at before one is blamed: where many are wrong, it is not theirs. */
async function taught(
  { arrivals, model }: Pick<ClosingRound<unknown>, 'arrivals' | 'model'>,
  learner: ServerLearner,
  targets: SoftTargets,
): Promise<Float32Array> {
  const mean = meanTargets()
  const wrong: string[] = []
  for (const { client } of arrivals) {
    const values = await learner.softTargets(await model(client), targets)
    if (values.every(Number.isFinite)) mean.add(values)
    else wrong.push(client)
  }
  if (wrong.length === 0) return mean.values()
  if (wrong.length === 1 && arrivals.length > 1)
    throw new FederationError(
      'wrong-targets',
      'What its model says of public images holds values that are no numbers.',
      wrong[0],
    )
  throw new FederationError(
    'wrong-targets',
    `What the models of ${wrong.length} of ${arrivals.length} clients say of public images holds values that are no numbers. Is the clients’ learning rate too high?`,
  )
}
