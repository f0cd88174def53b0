import { readCorpus } from '../corpus/corpus.ts'
import { openData, withPublicSet } from '../corpus/open.ts'
import { splitNamed, splitOptions } from '../settings/data.ts'
import type { Progress } from '../terminal/progress.ts'
import type { ReadExperiment } from './read.ts'
import type { RunResult } from './result.ts'
import { sweep } from './sweep.ts'

/** Plays an experiment on the data that it names. Throws what `sweep` throws, and `LabError` for the data. */
export async function sweepFile(
  read: ReadExperiment,
  { out, workers, progress }: { readonly out: string; readonly workers: number; readonly progress: Progress },
): Promise<readonly RunResult[]> {
  const { folder, public: aside, people, cameras, scale, ...limits } = read.experiment.data
  const flags = { data: folder, people, cameras, scale, seed: 1, ...(aside !== undefined && { public: aside }) }
  const data = await openData(flags)
  return sweep(read, {
    out,
    workers,
    progress,
    data,
    now: () => Date.now() / 1000,
    openCorpus(scenario, choice) {
      const options = { ...splitOptions(limits), split: splitNamed(scenario), exact: true, progress }
      return withPublicSet(data, { ...choice, progress }, () =>
        readCorpus(data.sets, { ...options, size: choice.size }),
      )
    },
  })
}
