import type { DataSet } from '@passerby/crops'
import { type DataFlags, type SourceFlags, SYNTHETIC, splitOptions } from '../settings/data.ts'
import { type Corpus, type CorpusOptions, readCorpus, readDataSets } from './corpus.ts'
import { generatedDataSet } from './generated.ts'

/** The data that the flags name, split into clients and evaluation parts and decoded. Throws `LabError`. */
export async function openCorpus(flags: DataFlags, options: Pick<CorpusOptions, 'size' | 'progress'>): Promise<Corpus> {
  return readCorpus(await openDataSets(flags), { ...options, ...splitOptions(flags), split: flags.split })
}

/** The data sets that the flags name: a folder's, or generated people. */
export async function openDataSets(flags: SourceFlags): Promise<readonly DataSet[]> {
  return flags.data === SYNTHETIC ? [generatedDataSet(flags)] : readDataSets(flags.data)
}
