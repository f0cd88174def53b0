/** A simulated run from its first model to its last, in one process. Effects (workers, disk, terminal) are handed in. */
import type { Params } from '@passerby/federation'
import type { FederationSettings } from '@passerby/protocol'
import type { RankingMetrics } from '@passerby/reid'
import type { Corpus, EvaluationPixels } from '../corpus/corpus.ts'
import { type Figures, embedPair, figure, measure, rawPixels } from '../measure/measure.ts'
import type { Embedder } from '../work/training-pool.ts'
import { meanFigures, summed } from './figures.ts'
import { type Federation, type Mode, federationsOf, refuseUnequal } from './modes.ts'
import { type RoundFigures, type SimulationState, type Workplace, playRound } from './play-round.ts'
import type { RunState, StateFolder } from './state-folder.ts'

export interface SimulatedRound extends RoundFigures {
  readonly seconds: number
  /** By data set, of standalone clients the mean; null in rounds that are not evaluated. */
  readonly evaluation: Figures | null
  /** Each standalone client's own model by data set. */
  readonly own?: Readonly<Record<string, Figures>>
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
  /** `global`, or by client where each learns alone. */
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
  const start: SimulationState = { round: 0, global: simulation.initial, memories: new Map() }
  let states: RunState = kept?.states ?? new Map(federations.map(({ name }) => [name, start]))
  let round = kept?.round ?? 0
  let record = kept?.records ?? {
    initial: await evaluated(evaluations, simulation, around)(simulation.initial),
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
    const due = round % settings.evaluateEvery === 0 || round === settings.rounds
    const measured = due ? await evaluateAll(federations, states, { simulation, around }) : { evaluation: null }
    const figures = { ...played.figures, seconds, ...measured }
    record = { ...record, rounds: [...record.rounds, figures] }
    await around.state.save(states, record)
    around.onRound(figures)
  }
  const models = new Map([...states].map(([name, { global }]) => [name, global]))
  return { record, final: record.rounds.at(-1)?.evaluation ?? {}, models }
}

interface Under {
  readonly simulation: Simulation
  readonly around: SimulationSurroundings
}

/** The next round of every federation, all at once as far as the workplace has room. */
async function playAll(
  federations: readonly Federation[],
  states: RunState,
  { simulation: { mode, settings }, around, round }: Under & { readonly round: number },
): Promise<{ readonly states: RunState; readonly figures: RoundFigures }> {
  let done = 0
  const played = await Promise.all(
    federations.map(async ({ name, clients }) => {
      const state = states.get(name)
      if (!state) throw new RangeError(`simulate: no state of '${name}'`)
      const options = { clients, settings, workplace: around.workplace }
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
  }
}

async function evaluateAll(
  federations: readonly Federation[],
  states: RunState,
  { simulation, around }: Under,
): Promise<Pick<SimulatedRound, 'evaluation' | 'own'>> {
  const each = await Promise.all(
    federations.map(async ({ name, sets }): Promise<readonly [string, Figures]> => {
      const evaluations = simulation.corpus.evaluations.filter((set) => sets.includes(set.name))
      const model = states.get(name)?.global ?? simulation.initial
      return [name, await evaluated(evaluations, simulation, around)(model)]
    }),
  )
  const evaluation = meanFigures(each.map(([, figures]) => figures))
  return simulation.mode === 'standalone' ? { evaluation, own: Object.fromEntries(each) } : { evaluation }
}

const evaluated =
  (evaluations: readonly EvaluationPixels[], { settings }: Simulation, { workplace }: SimulationSurroundings) =>
  (model: Params) =>
    figuresOf(evaluations, async (set) =>
      measure(set, await embedPair(set, model, { embedder: workplace, dim: settings.local.embedding })),
    )

async function figuresOf(
  evaluations: readonly EvaluationPixels[],
  metrics: (set: EvaluationPixels) => Promise<RankingMetrics> | RankingMetrics,
): Promise<Figures> {
  const figures: [string, Figures[string]][] = []
  for (const set of evaluations) figures.push([set.name, figure(await metrics(set))])
  return Object.fromEntries(figures)
}
