/** One run of an experiment: its corpus, first model and workers put together, simulated and written down. */
import type { Corpus } from '../corpus/corpus.ts'
import type { OpenedData } from '../corpus/public-set.ts'
import { evaluationImages } from '../measure/measure.ts'
import type { EvaluationPlan } from '../simulate/evaluation-plan.ts'
import { corpusFor } from '../simulate/modes.ts'
import { imagesIn } from '../simulate/play-round.ts'
import { type SimulatedRound, type SimulationRecord, simulate } from '../simulate/simulate.ts'
import { type StateFolder, fingerprintOf, stateFolder } from '../simulate/state-folder.ts'
import { initialModel } from '../work/models.ts'
import { trainingPool } from '../work/training-pool.ts'
import type { Experiment } from './experiment.ts'
import type { RunResult } from './result.ts'
import type { RunFolder } from './run-folder.ts'
import type { Run } from './runs.ts'

export interface RunSurroundings {
  /** The clients of the run's scenario, decoded at its input size. */
  readonly corpus: Corpus
  readonly folder: RunFolder
  /** From `runFingerprint`. */
  readonly fingerprint: string
  /** Worker threads. */
  readonly threads: number
  /** Seconds since 1970. */
  readonly now: () => number
  readonly onRound: (round: SimulatedRound) => void
}

export interface RunFiles {
  /** From `filesFingerprint`. */
  readonly data: string
  /** A hash of the first model's file. */
  readonly init: string | undefined
}

/** Changes with what the experiment says, the first model, and the data's file names and sizes; not with their pixels. */
export function runFingerprint(experiment: Experiment, run: Run, files: RunFiles): string {
  const { mode, scenario, settings } = run
  return fingerprintOf({ data: experiment.data, mode, scenario, settings, files, evaluation: planOf(experiment) })
}

const planOf = ({ evaluateOwnEvery, evaluateLast }: Experiment): EvaluationPlan => ({
  ownEvery: evaluateOwnEvery,
  last: evaluateLast,
})

/** Of the names and sizes of all files of the data sets and the public set. */
export function filesFingerprint({ sets, publicCrops }: OpenedData): string {
  return fingerprintOf([
    publicCrops.map(({ name, size }) => [name, size]),
    ...sets.map(({ name, parts }) => [
      name,
      Object.entries(parts).map(([part, crops]) => [part, crops.map(({ name, size }) => [name, size])]),
    ]),
  ])
}

/** Where a run stands, while it lasts. It is of this fingerprint, and of clients with these images: `corpus` as its mode has it. */
export function runState(
  corpus: Corpus,
  { folder, fingerprint }: Pick<RunSurroundings, 'folder' | 'fingerprint'>,
): StateFolder<SimulationRecord> {
  const names = corpus.clients.map(({ name, pixels }) => [name, pixels.names])
  return stateFolder<SimulationRecord>(folder.state, [fingerprint, fingerprintOf(names)])
}

/** Plays from where the run was killed, or from its start, to its written result. */
export async function playRun(experiment: Experiment, run: Run, around: RunSurroundings): Promise<RunResult> {
  const { arm, mode, scenario, settings, init, seed, grid } = run
  const corpus = corpusFor(mode, around.corpus)
  const startedAt = around.now()
  const workplace = trainingPool({
    size: around.threads,
    choice: settings.local,
    clients: new Map(corpus.clients.map(({ name, pixels }) => [name, pixels])),
    images: evaluationImages(corpus.evaluations),
  })
  try {
    const initial = await initialModel(settings.local, seed, init.file)
    const { record, final } = await simulate(
      { mode, corpus, settings, initial, evaluation: planOf(experiment) },
      {
        workplace,
        state: runState(corpus, around),
        clock: () => performance.now() / 1000,
        onStart() {},
        onClient() {},
        onRound: around.onRound,
      },
    )
    const result: RunResult = {
      experiment: experiment.name,
      run: run.name,
      fingerprint: around.fingerprint,
      arm,
      mode,
      scenario,
      init: init.label,
      seed,
      grid,
      settings,
      data: experiment.data,
      clients: corpus.clients.map(({ name, sets, pixels: { names, identities } }) => ({
        name,
        sets: [...sets],
        images: names.length,
        identities: new Set(identities).size,
      })),
      sets: corpus.evaluations.map(({ name, query, gallery }) => ({
        name,
        query: query.names.length,
        gallery: gallery.names.length,
      })),
      publicImages: corpus.publicSet ? imagesIn(corpus.publicSet) : 0,
      imagePasses: settings.local.epochs * record.rounds.reduce((total, { images }) => total + images, 0),
      startedAt,
      seconds: record.rounds.reduce((total, { seconds }) => total + seconds, 0),
      ...record,
      rounds: record.rounds.map(({ groups, ...round }) => ({
        ...round,
        ...(groups && { groups: groups.map((clients) => [...clients]) }),
      })),
      final,
    }
    await around.folder.write(result)
    return result
  } finally {
    await workplace.close()
  }
}
