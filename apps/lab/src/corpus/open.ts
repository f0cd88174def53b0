import type { DataSet } from '@passerby/crops'
import { type DataFlags, NINE, type SourceFlags, SYNTHETIC, splitOptions } from '../settings/data.ts'
import { LabError } from '../errors.ts'
import { type Corpus, type CorpusOptions, readCorpus, readDataSets } from './corpus.ts'
import { generatedDataSet } from './generated.ts'
import { nineDataSets, ninePublicCrops } from './nine.ts'
import { type OpenedData, readPublicSet, setAside } from './public-set.ts'

export interface PublicFlags {
  /** Identities that no client holds, below 1 a share of all; generated sets have people of their own for it. */
  readonly public?: number
}

export interface CorpusChoice extends Pick<CorpusOptions, 'size' | 'progress'> {
  /** Images of the public set that the strategy wants. */
  readonly publicImages: number
}

/** The data that the flags name, split into clients and evaluation parts and decoded. Throws `LabError`. */
export async function openCorpus(flags: DataFlags & PublicFlags, choice: CorpusChoice): Promise<Corpus> {
  const opened = await openData(flags)
  const options = { ...choice, ...splitOptions(flags), split: flags.split }
  return withPublicSet(opened, choice, () => readCorpus(opened.sets, options))
}

/** The corpus with as much of what was set aside as the strategy wants; that is read first, and refused before all else is read. */
export async function withPublicSet(
  { publicCrops }: OpenedData,
  { publicImages, ...options }: CorpusChoice,
  read: () => Promise<Corpus>,
): Promise<Corpus> {
  const publicSet = await readPublicSet(publicCrops, publicImages, options)
  const corpus = await read()
  return publicSet ? { ...corpus, publicSet } : corpus
}

/** The data sets that the flags name, with what is public set aside. */
export async function openData(flags: SourceFlags & PublicFlags): Promise<OpenedData> {
  const sets = await openDataSets(flags)
  if (flags.data === NINE) {
    if (flags.public === undefined) return { sets, publicCrops: ninePublicCrops(flags) }
    throw new LabError('unusable', `${NINE} has public people of its own: leave out public`)
  }
  return flags.public === undefined ? { sets, publicCrops: [] } : setAside(sets, flags.public)
}

/** The data sets that the flags name: a folder's, or generated people. */
export async function openDataSets(flags: SourceFlags): Promise<readonly DataSet[]> {
  switch (flags.data) {
    case SYNTHETIC:
      return [generatedDataSet(flags)]
    case NINE:
      return nineDataSets(flags)
    default:
      return readDataSets(flags.data)
  }
}
