import { LabError } from '../errors.ts'
import type { ReadExperiment } from './read.ts'
import { runsOf } from './runs.ts'

/** The experiment with fewer rounds or other seeds, to try it out. Throws `LabError` where they do not go with its settings. */
export function limitedTo(
  read: ReadExperiment,
  { rounds, seeds }: { readonly rounds?: number; readonly seeds?: readonly number[] },
): ReadExperiment {
  if (rounds === undefined && seeds === undefined) return read
  const { settings } = read.experiment
  const experiment = {
    ...read.experiment,
    seeds: [...(seeds ?? read.experiment.seeds)],
    settings: { ...settings, ...(rounds !== undefined && { rounds }) },
  }
  const { runs, complaints } = runsOf(experiment)
  if (complaints.length > 0) throw new LabError('unusable', complaints.map(({ message }) => message).join('\n'))
  return { experiment, runs }
}
