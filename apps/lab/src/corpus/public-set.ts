/** Images that no client holds: people taken out of the training data before clients are made, without their names. */
import { type Crop, type CropSet, type DataSet } from '@passerby/crops'
import type { PublicPixels } from '@passerby/participant'
import { isPerson, rng } from '@passerby/reid'
import { LabError } from '../errors.ts'
import { inSharedMemory } from '../work/training-pool.ts'
import { type CorpusOptions, decoded } from './corpus.ts'

/** What clients are made of, and what all of them see. */
export interface OpenedData {
  readonly sets: readonly DataSet[]
  /** Drawn into an order in which the first images are of all kinds; empty where nothing was set aside. */
  readonly publicCrops: CropSet
}

/** The same in every run, so that arms and seeds compare. */
const SEED = 1

/**
 * Sets identities of the training parts aside: so many, or below 1 this share of them, drawn from all data sets alike. Throws
 * `LabError` where that would leave nobody to train on.
 */
export function setAside(sets: readonly DataSet[], amount: number): OpenedData {
  const labelOf = (set: DataSet, { identity }: Crop) => `${set.name}/${identity}`
  const persons = [
    ...new Set(
      sets.flatMap((set) =>
        set.parts.train.filter(({ identity }) => isPerson(identity)).map((crop) => labelOf(set, crop)),
      ),
    ),
  ].sort()
  const count = amount < 1 ? Math.round(amount * persons.length) : amount
  if (!Number.isInteger(count) || count < 1 || count >= persons.length)
    throw new LabError('unusable', `${count} of ${persons.length} training identities cannot be set aside as public`)
  const drawn = new Set(rng(SEED, 'public identities').shuffle(persons).slice(0, count))
  const isPublic = (set: DataSet) => (crop: Crop) => drawn.has(labelOf(set, crop))
  return {
    sets: sets.map((set) => ({
      ...set,
      parts: { ...set.parts, train: set.parts.train.filter((crop) => !isPublic(set)(crop)) },
    })),
    publicCrops: mixed(sets.flatMap((set) => set.parts.train.filter(isPublic(set)))),
  }
}

/** In an order in which the first images are of all kinds, the same whatever order they came in. */
export function mixed(crops: CropSet): CropSet {
  return rng(SEED, 'public images').shuffle(crops.toSorted((a, b) => (a.name < b.name ? -1 : 1)))
}

/** The first `images` of the set aside, decoded. Throws `LabError` where a strategy wants some and none were set aside. */
export async function readPublicSet(
  crops: CropSet,
  images: number,
  options: Pick<CorpusOptions, 'size' | 'progress'>,
): Promise<PublicPixels | undefined> {
  if (images === 0) return undefined
  if (crops.length === 0)
    throw new LabError(
      'unusable',
      'This strategy looks at images that no client holds: set some aside, by --public 0.1 or an experiment’s data.public',
    )
  const { height, width, pixels } = await decoded('public', crops.slice(0, images), options)
  return { height, width, pixels: inSharedMemory(pixels) }
}
