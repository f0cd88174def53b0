/** Plays the runs of an experiment that are not there yet, several at once. */
import { reasonOf } from '@passerby/crops'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Corpus } from '../corpus/corpus.ts'
import { LabError } from '../errors.ts'
import { duration } from '../terminal/table.ts'
import type { Progress } from '../terminal/progress.ts'
import type { Experiment, Scenario } from './experiment.ts'
import { playRun, runFingerprint } from './play-run.ts'
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
  /** Clients of a scenario, decoded at an input size. */
  readonly openCorpus: (
    scenario: Scenario,
    size: { readonly height: number; readonly width: number },
  ) => Promise<Corpus>
  /** Seconds since 1970. */
  readonly now: () => number
}

/**
 * Plays what is not there yet. A run that fails does not stop the others; in the end `LabError` names those that did.
 * Throws `LabError` before anything is played when a first model is missing or `out` holds another experiment's run.
 */
export async function sweep(
  { experiment, runs }: ReadExperiment,
  around: SweepSurroundings,
): Promise<readonly RunResult[]> {
  const { out, workers, progress } = around
  const inits = await initHashes(experiment)
  const fingerprints = new Map(runs.map((run) => [run, runFingerprint(experiment, run, inits.get(run.init.label))]))
  const results: RunResult[] = []
  const waiting: Run[] = []
  for (const run of runs) {
    const done = await runFolder(out, run.name).read()
    if (done && done.fingerprint !== fingerprints.get(run))
      throw new LabError(
        'unusable',
        `${out}/${run.name} is a run with other settings, data or first model: choose another --out folder, or remove it`,
      )
    if (done) results.push(done)
    else waiting.push(run)
  }
  progress.say(`${runs.length} runs, ${results.length} of them there already`)
  if (waiting.length === 0) return results

  const lanes = Math.min(workers, waiting.length)
  const threads = Math.floor(workers / lanes)
  const corpora = new Map<string, Promise<Corpus>>()
  const corpusOf = ({
    scenario,
    settings: {
      local: { input },
    },
  }: Run) => {
    const key = `${scenario} ${input.height}x${input.width}`
    const corpus = corpora.get(key) ?? around.openCorpus(scenario, input)
    corpora.set(key, corpus)
    return corpus
  }
  const left = timeLeft()
  const rest = new Map(waiting.map((run) => [run, run.settings.rounds]))
  const total = waiting.reduce((total, run) => total + run.settings.rounds, 0)
  const task = progress.begin(`${waiting.length} runs, ${lanes} at once`, total)
  const note = () => {
    const seconds = left.of(
      [...rest].map(([run, rounds]) => ({ kind: kindOf(run), rounds })),
      lanes,
    )
    return seconds === undefined ? '' : `about ${duration(seconds)} left`
  }
  const failures: string[] = []
  const queue = [...waiting]
  const lane = async () => {
    for (let run = queue.shift(); run !== undefined; run = queue.shift()) {
      const current = run
      let last = around.now()
      try {
        const result = await playRun(experiment, current, {
          corpus: await corpusOf(current),
          folder: runFolder(out, current.name),
          fingerprint: fingerprints.get(current) ?? '',
          threads,
          now: around.now,
          onRound({ round }) {
            left.add(kindOf(current), around.now() - last)
            last = around.now()
            rest.set(current, current.settings.rounds - round)
            task.update(total - [...rest.values()].reduce((sum, rounds) => sum + rounds, 0), note())
          },
        })
        results.push(result)
        rest.delete(current)
        progress.say(`${results.length}/${runs.length}  ${current.name}  ${figuresLine(result)}  ${note()}`.trimEnd())
      } catch (error) {
        rest.delete(current)
        failures.push(`${current.name}: ${reasonOf(error)}`)
        progress.say(`failed: ${failures.at(-1)}`)
      }
    }
  }
  try {
    await Promise.all(Array.from({ length: lanes }, lane))
  } finally {
    task.end()
  }
  if (failures.length > 0)
    throw new LabError(
      'worker',
      `${failures.length} of ${runs.length} runs failed; the same command tries them again:\n${failures.join('\n')}`,
    )
  return results
}

const kindOf = ({ mode, settings: { local } }: Run) =>
  `${mode} ${local.backbone} ${local.input.height}x${local.input.width}`

const figuresLine = ({ final, seconds }: RunResult) =>
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
