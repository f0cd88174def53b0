/** A simulated run from its first model to its last, in one process. Effects (workers, disk, terminal) are handed in. */
import { type Params, firstState, modelFor } from '@passerby/federation'
import type { FederationSettings } from '@passerby/protocol'
import type { RankingMetrics } from '@passerby/reid'
import type { Corpus, CorpusClient, EvaluationPixels } from '../corpus/corpus.ts'
import { type Figures, embedPair, figure, measure, rawPixels } from '../measure/measure.ts'
import type { Embedder } from '../work/training-pool.ts'
import { meanFigures, summed } from './figures.ts'
import { type Federation, type Mode, federationsOf, refuseUnequal } from './modes.ts'
import { type RoundFigures, type SimulationState, type Workplace, playRound } from './play-round.ts'
import { type EvaluationPlan, dueIn } from './evaluation-plan.ts'
import type { RunState, StateFolder } from './state-folder.ts'

export interface SimulatedRound extends RoundFigures {
  readonly seconds: number
  /** By data set, of standalone clients the mean; null in rounds that are not evaluated. */
  readonly evaluation: Figures | null
  /** Each client's own model by data set, in a federation as it left, before it was averaged. */
  readonly own?: Readonly<Record<string, Figures>>
  /** By client and data set, the model of the group that the client is in, where the strategy makes groups. */
  readonly group?: Readonly<Record<string, Figures>>
}

/** What is known after some round: kept on disk, and in the end the report. */
export interface SimulationRecord {
  readonly initial: Figures
  readonly rawPixels: Figures
  readonly rounds: readonly SimulatedRound[]
}

export interface Simulation {
  readonly mode: Mode
  /** As `corpusFor` makes it of the mode. */
  readonly corpus: Corpus
  readonly settings: FederationSettings
  readonly initial: Params
  /** When models are measured beside every `settings.evaluateEvery`-th round and the last. */
  readonly evaluation?: EvaluationPlan
}

export interface SimulationSurroundings {
  readonly workplace: Workplace & Embedder
  readonly state: StateFolder<SimulationRecord>
  /** Monotonic seconds. */
  readonly clock: () => number
  readonly onStart: (record: SimulationRecord) => void
  /** `done` of the round's `clients` have trained. */
  readonly onClient: (round: number, done: number, clients: number) => void
  readonly onRound: (round: SimulatedRound) => void
}

export interface Simulated {
  readonly record: SimulationRecord
  readonly final: Figures
  /** `global` with `global-group-1` and so on where there are groups, or by client where each learns alone. */
  readonly models: ReadonlyMap<string, Params>
}

/**
 * Plays from the state folder's last round, or from the start, to the end. Throws `LabError` where the modes would not
 * compare.
 */
export async function simulate(simulation: Simulation, around: SimulationSurroundings): Promise<Simulated> {
  const { mode, settings } = simulation
  const { evaluations } = simulation.corpus
  refuseUnequal(mode, settings)
  const federations = federationsOf(mode, simulation.corpus)
  const kept = await around.state.load()
  const start: SimulationState = { round: 0, server: firstState(simulation.initial), memories: new Map() }
  let states: RunState = kept?.states ?? new Map(federations.map(({ name }) => [name, start]))
  let round = kept?.round ?? 0
  let record = kept?.records ?? {
    initial: await evaluator({ simulation, around })(
      simulation.initial,
      evaluations.map(({ name }) => name),
    ),
    rawPixels: await figuresOf(evaluations, (set) => measure(set, rawPixels(set))),
    rounds: [],
  }
  around.onStart(record)
  while (round < settings.rounds) {
    const began = around.clock()
    round += 1
    const played = await playAll(federations, states, { simulation, around, round })
    const seconds = around.clock() - began
    states = played.states
    const measured = await evaluateAll(federations, played, { simulation, around, round })
    const figures = { ...played.figures, seconds, ...measured }
    record = { ...record, rounds: [...record.rounds, figures] }
    await around.state.save(states, record)
    around.onRound(figures)
  }
  const models = new Map(
    [...states].flatMap(([name, { server }]) => [
      [name, server.global] as const,
      ...server.groups.map(({ model }, group) => [`${name}-group-${group + 1}`, model] as const),
    ]),
  )
  return { record, final: record.rounds.at(-1)?.evaluation ?? {}, models }
}

interface Under {
  readonly simulation: Simulation
  readonly around: SimulationSurroundings
  readonly round: number
}

interface Played {
  readonly states: RunState
  readonly figures: RoundFigures
  /** By client, as they left. */
  readonly models: ReadonlyMap<string, Params>
}

/** The next round of every federation, all at once as far as the workplace has room. */
async function playAll(
  federations: readonly Federation[],
  states: RunState,
  { simulation: { mode, settings, corpus }, around, round }: Under,
): Promise<Played> {
  let done = 0
  const { workplace } = around
  const { publicSet } = corpus
  const played = await Promise.all(
    federations.map(async ({ name, clients }) => {
      const state = stateOf(states, name)
      const options = { clients, settings, workplace, ...(publicSet && { publicSet }) }
      // A standalone client is a federation of its own, so that the round's clients are as many as federations.
      const onClient = (_: number, cohort: number) => around.onClient(round, ++done, cohort * federations.length)
      return { name, ...(await playRound(state, { ...options, onClient })) }
    }),
  )
  return {
    states: new Map(played.map(({ name, state }) => [name, state])),
    figures: summed(
      played.map(({ figures }) => figures),
      { travels: mode === 'federated' },
    ),
    models: new Map(played.flatMap(({ models }) => [...models])),
  }
}

/** What is due in this round of what is measured at all. */
async function evaluateAll(
  federations: readonly Federation[],
  { states, models }: Played,
  under: Under,
): Promise<Pick<SimulatedRound, 'evaluation' | 'own' | 'group'>> {
  const { mode, settings, corpus, evaluation: plan } = under.simulation
  const due = dueIn(under.round, settings, plan)
  const evaluate = evaluator(under)
  if (mode === 'standalone') {
    if (!(plan?.ownEvery ? due.own : due.global)) return { evaluation: null }
    const own = await byClient(corpus.clients, ({ name, sets }) => evaluate(stateOf(states, name).server.global, sets))
    return { evaluation: meanFigures(Object.values(own)), own }
  }
  const [{ name, sets }] = federations
  const { server } = stateOf(states, name)
  const evaluation = due.global ? await evaluate(server.global, sets) : null
  if (mode === 'centralised' || !due.own) return { evaluation }
  const present = corpus.clients.filter((client) => models.has(client.name))
  const own = await byClient(present, ({ name, sets }) => evaluate(models.get(name) ?? server.global, sets))
  if (server.groups.length === 0) return { evaluation, own }
  const group = await byClient(corpus.clients, ({ name, sets }) => evaluate(modelFor(server, name), sets))
  return { evaluation, own, group }
}

function stateOf(states: RunState, name: string): SimulationState {
  const state = states.get(name)
  if (!state) throw new RangeError(`simulate: no state of '${name}'`)
  return state
}

async function byClient(
  clients: readonly CorpusClient[],
  evaluate: (client: CorpusClient) => Promise<Figures>,
): Promise<Readonly<Record<string, Figures>>> {
  return Object.fromEntries(
    await Promise.all(clients.map(async (client) => [client.name, await evaluate(client)] as const)),
  )
}

/** Measures models by data set, each model once on a data set however many clients share it. */
function evaluator({ simulation: { corpus, settings }, around: { workplace } }: Omit<Under, 'round'>) {
  const known = new Map<Params, Map<string, Promise<Figures>>>()
  return async (model: Params, sets: readonly string[]): Promise<Figures> => {
    const figures = known.get(model) ?? new Map<string, Promise<Figures>>()
    known.set(model, figures)
    for (const set of corpus.evaluations.filter(({ name }) => sets.includes(name)))
      if (!figures.has(set.name))
        figures.set(
          set.name,
          figuresOf([set], async (set) =>
            measure(set, await embedPair(set, model, { embedder: workplace, dim: settings.local.embedding })),
          ),
        )
    const asked = await Promise.all(sets.flatMap((set) => figures.get(set) ?? []))
    return Object.assign({}, ...asked)
  }
}

async function figuresOf(
  evaluations: readonly EvaluationPixels[],
  metrics: (set: EvaluationPixels) => Promise<RankingMetrics> | RankingMetrics,
): Promise<Figures> {
  const figures: [string, Figures[string]][] = []
  for (const set of evaluations) figures.push([set.name, figure(await metrics(set))])
  return Object.fromEntries(figures)
}
