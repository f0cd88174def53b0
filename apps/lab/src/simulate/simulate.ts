/** A federation from its first model to its last, in one process. Effects (workers, disk, terminal) are handed in. */
import type { Params } from '@passerby/federation'
import type { FederationSettings } from '@passerby/protocol'
import type { RankingMetrics } from '@passerby/reid'
import type { EvaluationPixels } from '../corpus/corpus.ts'
import { type Figures, embedPair, figure, measure, rawPixels } from '../measure/measure.ts'
import type { Embedder } from '../work/training-pool.ts'
import { type RoundFigures, type SimulationState, type Workplace, playRound } from './play-round.ts'
import type { StateFolder } from './state-folder.ts'

export interface SimulatedRound extends RoundFigures {
  readonly seconds: number
  /** By data set; null in rounds that are not evaluated. */
  readonly evaluation: Figures | null
}

/** What is known after some round: kept on disk, and in the end the report. */
export interface SimulationRecord {
  readonly initial: Figures
  readonly rawPixels: Figures
  readonly rounds: readonly SimulatedRound[]
}

export interface Simulation {
  readonly clients: readonly string[]
  readonly evaluations: readonly EvaluationPixels[]
  readonly settings: FederationSettings
  readonly initial: Params
}

export interface SimulationSurroundings {
  readonly workplace: Workplace & Embedder
  readonly state: StateFolder<SimulationRecord>
  /** Monotonic seconds. */
  readonly clock: () => number
  readonly onStart: (record: SimulationRecord) => void
  readonly onClient: (round: number, done: number, cohort: number) => void
  readonly onRound: (round: SimulatedRound) => void
}

/** Plays from the state folder's last round, or from the start, to the end. */
export async function simulate(
  simulation: Simulation,
  around: SimulationSurroundings,
): Promise<{ readonly record: SimulationRecord; readonly final: Figures; readonly model: Params }> {
  const { settings, evaluations } = simulation
  const embedding = { embedder: around.workplace, dim: settings.local.embedding }
  const evaluated = async (global: Params) =>
    figuresOf(evaluations, async (set) => measure(set, await embedPair(set, global, embedding)))
  const kept = await around.state.load()
  let state: SimulationState = kept?.state ?? { round: 0, global: simulation.initial, memories: new Map() }
  let record = kept?.records ?? {
    initial: await evaluated(state.global),
    rawPixels: await figuresOf(evaluations, (set) => measure(set, rawPixels(set))),
    rounds: [],
  }
  around.onStart(record)
  while (state.round < settings.rounds) {
    const start = around.clock()
    const round = state.round + 1
    const played = await playRound(state, {
      clients: simulation.clients,
      settings,
      workplace: around.workplace,
      onClient: (done, cohort) => around.onClient(round, done, cohort),
    })
    const seconds = around.clock() - start
    state = played.state
    const due = round % settings.evaluateEvery === 0 || round === settings.rounds
    const figures = { ...played.figures, seconds, evaluation: due ? await evaluated(state.global) : null }
    record = { ...record, rounds: [...record.rounds, figures] }
    await around.state.save(state, record)
    around.onRound(figures)
  }
  return { record, final: record.rounds.at(-1)?.evaluation ?? {}, model: state.global }
}

async function figuresOf(
  evaluations: readonly EvaluationPixels[],
  metrics: (set: EvaluationPixels) => Promise<RankingMetrics> | RankingMetrics,
): Promise<Figures> {
  const figures: [string, Figures[string]][] = []
  for (const set of evaluations) figures.push([set.name, figure(await metrics(set))])
  return Object.fromEntries(figures)
}
