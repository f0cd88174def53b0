/** Plays the runs of an experiment that are not there yet, several at once. */
import { reasonOf } from '@passerby/crops'
import { publicImagesOf } from '@passerby/federation'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Corpus } from '../corpus/corpus.ts'
import type { OpenedData } from '../corpus/public-set.ts'
import { LabError } from '../errors.ts'
import { corpusFor } from '../simulate/modes.ts'
import { keptRound } from '../simulate/state-folder.ts'
import { onInterrupt } from '../terminal/interrupt.ts'
import { duration } from '../terminal/table.ts'
import type { Progress } from '../terminal/progress.ts'
import type { Experiment, Scenario } from './experiment.ts'
import { filesFingerprint, playRun, runFingerprint, runState } from './play-run.ts'
import type { ReadExperiment } from './read.ts'
import type { RunResult } from './result.ts'
import { runFolder } from './run-folder.ts'
import type { Run } from './runs.ts'
import { timeLeft } from './time-left.ts'

export interface SweepSurroundings {
  readonly out: string
  /** Worker threads, shared out among the runs that are played at once. */
  readonly workers: number
  readonly progress: Progress
  readonly data: OpenedData
  /** Clients of a scenario, decoded at an input size. */
  readonly openCorpus: (scenario: Scenario, choice: CorpusSize) => Promise<Corpus>
  /** Seconds since 1970. */
  readonly now: () => number
}

/** What a run needs its corpus to be like. */
export interface CorpusSize {
  readonly size: { readonly height: number; readonly width: number }
  /** Images of the public set that its strategy wants. */
  readonly publicImages: number
}

interface Planned {
  readonly run: Run
  readonly fingerprint: string
}

/**
 * Plays what is not there yet and gives the results of all. A run that fails does not stop the others; in the end
 * `LabError` names those that did. Throws `LabError` before anything is played when a first model is missing or `out`
 * holds another experiment's run, whole or begun.
 */
export async function sweep(read: ReadExperiment, around: SweepSurroundings): Promise<readonly RunResult[]> {
  const { workers, progress } = around
  const { done, waiting } = await plan(read, around)
  const corpusOf = corpora(around.openCorpus)
  const kept = await Promise.all(waiting.map((planned) => begunRound(planned, around.out, corpusOf)))
  const goOn = kept.filter((round) => round > 0)
  const from = goOn.length === 0 ? '' : `; ${goOn.length} go on, after round ${goOn.join(', ')}`
  progress.say(`${read.runs.length} runs, ${done.length} of them there already${from}`)
  if (waiting.length === 0) return done

  const lanes = Math.min(workers, waiting.length)
  const results = [...done]
  const failures: string[] = []
  const uninterrupted = onInterrupt(() =>
    progress.say(
      `Interrupted. ${around.out} holds ${results.length} of ${read.runs.length} runs, and the last whole round of those under way: the same command goes on.`,
    ),
  )
  const watch = watchRounds(waiting, lanes, progress)
  const queue = [...waiting]
  const lane = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const { run, fingerprint } = next
      try {
        const begun = watch.begin(run, around.now)
        const result = await playRun(read.experiment, run, {
          corpus: await corpusOf(run),
          folder: runFolder(around.out, run.name),
          fingerprint,
          threads: Math.floor(workers / lanes),
          now: around.now,
          onRound: ({ round }) => begun.played(round),
        })
        results.push(result)
        watch.leave(run)
        progress.say(
          `${results.length}/${read.runs.length}  ${run.name}  ${resultLine(result)}  ${watch.left()}`.trimEnd(),
        )
      } catch (error) {
        watch.leave(run)
        failures.push(`${run.name}: ${reasonOf(error)}`)
        progress.say(`failed: ${failures.at(-1)}`)
      }
    }
  }
  try {
    await Promise.all(Array.from({ length: lanes }, lane))
  } finally {
    uninterrupted()
    watch.end()
  }
  if (failures.length === 0) return results
  throw new LabError(
    'worker',
    `${failures.length} of ${read.runs.length} runs failed; the same command tries them again:\n${failures.join('\n')}`,
  )
}

/** What `out` has already, and what is still to be played. */
async function plan(
  { experiment, runs }: ReadExperiment,
  { out, data: opened }: Pick<SweepSurroundings, 'out' | 'data'>,
): Promise<{ readonly done: readonly RunResult[]; readonly waiting: readonly Planned[] }> {
  const inits = await initHashes(experiment)
  const data = filesFingerprint(opened)
  const done: RunResult[] = []
  const waiting: Planned[] = []
  for (const run of runs) {
    const fingerprint = runFingerprint(experiment, run, { data, init: inits.get(run.init.label) })
    const result = await runFolder(out, run.name).read()
    if (result === undefined) waiting.push({ run, fingerprint })
    else if (result.fingerprint === fingerprint) done.push(result)
    else
      throw new LabError(
        'unusable',
        `${out}/${run.name} is a run with other settings, data or first model: choose another --out folder, or remove it`,
      )
  }
  return { done, waiting }
}

/** The round that a run goes on after, 0 for one that begins. Throws `LabError` where what was begun is another run. */
async function begunRound(
  { run, fingerprint }: Planned,
  out: string,
  corpusOf: (run: Run) => Promise<Corpus>,
): Promise<number> {
  const folder = runFolder(out, run.name)
  if (keptRound(folder.state) === 0) return 0
  return runState(corpusFor(run.mode, await corpusOf(run)), { folder, fingerprint }).round()
}

/** Each scenario is decoded once per input size and public set. */
function corpora(open: SweepSurroundings['openCorpus']): (run: Run) => Promise<Corpus> {
  const opened = new Map<string, Promise<Corpus>>()
  return ({ scenario, settings }) => {
    const size = settings.local.input
    const publicImages = publicImagesOf(settings.strategy)
    const key = `${scenario} ${size.height}x${size.width} ${publicImages}`
    const corpus = opened.get(key) ?? open(scenario, { size, publicImages })
    opened.set(key, corpus)
    return corpus
  }
}

/** The progress bar of all runs' rounds, and how long the rest will take. */
function watchRounds(waiting: readonly Planned[], lanes: number, progress: Progress) {
  const pace = timeLeft()
  const rest = new Map(waiting.map(({ run }) => [run, run.settings.rounds]))
  const open = () => [...rest.values()].reduce((sum, rounds) => sum + rounds, 0)
  const total = open()
  const task = progress.begin(`${waiting.length} runs, ${lanes} at once`, total)
  const left = () => {
    const seconds = pace.of(
      [...rest].map(([run, rounds]) => ({ kind: kindOf(run), rounds })),
      lanes,
    )
    return seconds === undefined ? '' : `about ${duration(seconds)} left`
  }
  return {
    left,
    begin(run: Run, now: () => number) {
      let last = now()
      return {
        played(round: number) {
          pace.add(kindOf(run), now() - last)
          last = now()
          rest.set(run, run.settings.rounds - round)
          task.update(total - open(), left())
        },
      }
    },
    leave: (run: Run) => void rest.delete(run),
    end: () => task.end(),
  }
}

const kindOf = ({ mode, settings: { local } }: Run) =>
  `${mode} ${local.backbone} ${local.input.height}x${local.input.width}`

const resultLine = ({ final, seconds }: RunResult) =>
  [
    ...Object.entries(final).map(([set, { rank1, mAP }]) => `${set} ${rank1.toFixed(1)} / ${mAP.toFixed(1)}`),
    `trained ${duration(seconds)}`,
  ].join('  ')

/** The hash of each first model's file, by label. Throws `LabError` that tells how to make what is missing. */
async function initHashes({ inits }: Experiment): Promise<ReadonlyMap<string, string>> {
  const hashes = new Map<string, string>()
  const missing: string[] = []
  for (const { label, file, make } of inits) {
    if (file === undefined) continue
    const bytes = await readFile(file).catch(() => undefined)
    if (bytes) hashes.set(label, createHash('sha256').update(bytes).digest('hex'))
    else
      missing.push(
        `There is no ${file}, the first model '${label}'${make === undefined ? '' : `: make it with\n  ${make}`}`,
      )
  }
  if (missing.length > 0) throw new LabError('not-found', missing.join('\n'))
  return hashes
}
