/** Training crops dealt out to the clients of a simulated federation. */
import { isPerson } from '@passerby/reid'
import type { Crop, CropSet } from './crop.ts'
import type { DataSet } from './data-sets.ts'

/**
 * `by-camera`: each camera is a client (FedReID's edge-cloud). `by-identity`: the persons in equal groups, the rest
 * left out (its control). `by-data-set`: each data set is a client. `by-directory`: each folder right below the root.
 * `none`: all that by-camera would deal out, in one client, so that the cost of federating can be told.
 */
export type ClientSplit = 'by-camera' | 'by-identity' | 'by-data-set' | 'by-directory' | 'none'

/** One client's training crops. Identities of different data sets never share a label. */
export interface ClientCrops {
  readonly name: string
  readonly crops: CropSet
}

export interface SplitOptions {
  /** At most this many clients, the first ones; for `by-identity` the number of groups, by default that of cameras. */
  readonly clients?: number
  /** Per client (before `none` joins them), whole identities in ascending order until this many images are reached. */
  readonly images?: number
  /** Per client, this share of its identities, rounded up, at least two where there are two, in ascending order. */
  readonly share?: number
}

/**
 * Beside other data sets, one of fewer cameras is a single client under `by-camera`: the pairs of views and the
 * conditions that small ReID sets call cameras are no camera network (FedReID keeps them whole, too). Alone, a data
 * set is always split.
 */
const CAMERAS_OF_A_NETWORK = 4

/** Deals out the training parts of all data sets, junk and distractors left out. Clients come in name order. */
export function splitClients(
  dataSets: readonly DataSet[],
  split: ClientSplit,
  { clients: most = Infinity, images = Infinity, share = 1 }: SplitOptions = {},
): readonly ClientCrops[] {
  if (!(most >= 1) || !(images >= 1)) throw new RangeError(`splitClients: ${most} clients of ${images} images`)
  if (!(share > 0 && share <= 1)) throw new RangeError(`splitClients: ${share} is no share of the identities`)
  const trained = dataSets
    .map(({ name, parts }) => ({ name, crops: parts.train.filter((crop) => isPerson(crop.identity)) }))
    .filter(({ crops }) => crops.length > 0)
  const sets = trained.length > 1 ? trained.map(labelledBySet) : trained
  const crops = sets.flatMap((set) => set.crops)
  const limited = (clients: readonly ClientCrops[]) =>
    clients
      .slice(0, most)
      .map((client) => ({ ...client, crops: firstIdentities(shareOf(client.crops, share), images) }))
  switch (split) {
    case 'by-camera':
      return limited(byCamera(sets))
    case 'by-data-set':
      return limited(sets)
    case 'by-directory':
      return limited(groupBy(crops, (crop) => crop.name.split('/').slice(0, -1).at(0) ?? ''))
    case 'by-identity':
      return limited(byIdentity(crops, Number.isFinite(most) ? most : camerasOf(crops).size))
    case 'none':
      return [{ name: 'all', crops: limited(byCamera(sets)).flatMap((client) => client.crops) }]
  }
}

const camerasOf = (crops: CropSet) => new Set(crops.map((crop) => crop.camera))

/** The same crops under labels that no other data set has. */
function labelledBySet({ name, crops }: ClientCrops): ClientCrops {
  const labelled = (crop: Crop): Crop => ({
    ...crop,
    identity: `${name}/${crop.identity}`,
    camera: `${name}/${crop.camera}`,
  })
  return { name, crops: crops.map(labelled) }
}

function byCamera(sets: readonly ClientCrops[]): ClientCrops[] {
  return sets.flatMap((set) =>
    sets.length > 1 && camerasOf(set.crops).size < CAMERAS_OF_A_NETWORK
      ? [set]
      : groupBy(set.crops, (crop) => crop.camera),
  )
}

/** Groups of equally many persons, contiguous in ascending order; the remainder is dropped (ALGORITHMS 2.1). */
function byIdentity(crops: CropSet, groups: number): ClientCrops[] {
  const persons = groupBy(crops, (crop) => crop.identity)
  const each = Math.floor(persons.length / groups)
  if (each < 1) throw new RangeError(`splitClients: ${persons.length} identities are too few for ${groups} clients`)
  return Array.from({ length: groups }, (_, group) => ({
    name: `group ${group + 1}`,
    crops: persons.slice(group * each, (group + 1) * each).flatMap((person) => person.crops),
  }))
}

/** Whole identities in ascending order until `images` are reached. */
export function firstIdentities(crops: CropSet, images: number): CropSet {
  const kept: Crop[] = []
  for (const person of groupBy(crops, (crop) => crop.identity)) {
    if (kept.length >= images) break
    kept.push(...person.crops)
  }
  return kept
}

function shareOf(crops: CropSet, share: number): CropSet {
  if (share === 1) return crops
  const persons = groupBy(crops, (crop) => crop.identity)
  // Rounded first, so that a tenth of 30 is 3 and not, by the last bit of a product, 4.
  const kept = Math.max(2, Math.ceil(Number((share * persons.length).toFixed(6))))
  return persons.slice(0, kept).flatMap((person) => person.crops)
}

function groupBy(crops: CropSet, key: (crop: Crop) => string): ClientCrops[] {
  const groups = new Map<string, Crop[]>()
  for (const crop of crops) {
    const group = groups.get(key(crop)) ?? []
    group.push(crop)
    groups.set(key(crop), group)
  }
  return [...groups].map(([name, crops]) => ({ name, crops })).sort((a, b) => (a.name < b.name ? -1 : 1))
}
