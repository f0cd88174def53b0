/** The data of an experiment: what each client trains on, and what models are measured on. */
import {
  type ClientCrops,
  type ClientSplit,
  type CropSet,
  type DataSet,
  type PixelSet,
  type PixelSize,
  type SplitOptions,
  dataSetsOf,
  decodeCrops,
  evaluationPart,
  reasonOf,
  splitClients,
} from '@passerby/crops'
import { decodeImage, directoryFiles } from '@passerby/crops/node'
import type { PublicPixels } from '@passerby/participant'
import { basename, resolve } from 'node:path'
import { LabError } from '../errors.ts'
import type { Progress } from '../terminal/progress.ts'

export interface Corpus {
  readonly clients: readonly CorpusClient[]
  readonly evaluations: readonly EvaluationPixels[]
  /** Images that no client holds, in shared memory. */
  readonly publicSet?: PublicPixels
}

export interface CorpusClient {
  readonly name: string
  /** Names of the data sets that its images come from. */
  readonly sets: readonly string[]
  readonly pixels: PixelSet
}

export interface EvaluationPixels {
  readonly name: string
  readonly query: PixelSet
  readonly gallery: PixelSet
}

export interface CorpusOptions extends SplitOptions {
  readonly split: ClientSplit
  readonly size: PixelSize
  readonly progress: Progress
  /** Cut a client's last identity short where whole identities are more than `images`: the same count for everyone. */
  readonly exact?: boolean
}

/** The data sets below a directory. Throws `LabError` when there is no directory or no crop whose name can be read. */
export async function readDataSets(directory: string): Promise<readonly DataSet[]> {
  const files = await directoryFiles(directory).catch((cause: unknown) => {
    throw new LabError('not-found', `There is no readable folder ${directory}: check --data`, cause)
  })
  const sets = dataSetsOf(files, { rootName: basename(resolve(directory)) })
  if (sets.length > 0) return sets
  throw new LabError(
    'no-images',
    files.length === 0
      ? `The folder ${directory} is empty`
      : `None of the ${files.length} files in ${directory} has a name that tells identity and camera, as 0002_c1s1_000451_03.jpg (Market-1501), <identity>/<camera>_*.png or <camera>/<identity>_*.png do`,
  )
}

/** The training crops of every client. Throws `LabError` when there are none, or too few to split so. */
export function dealtOut(sets: readonly DataSet[], split: ClientSplit, options: SplitOptions): readonly ClientCrops[] {
  const clients = attempt(() => splitClients(sets, split, options))
  if (clients.length > 0) return clients
  throw new LabError('no-images', 'There is no training image: a part named train or bounding_box_train is needed')
}

function attempt<Value>(deal: () => Value): Value {
  try {
    return deal()
  } catch (cause) {
    throw new LabError('unusable', `These data cannot be split so: ${reasonOf(cause)}`, cause)
  }
}

/** Splits data sets into clients and evaluation parts and decodes both. Unreadable files are told and left out. */
export async function readCorpus(sets: readonly DataSet[], options: CorpusOptions): Promise<Corpus> {
  const trained = sets.map(({ name, parts }) => ({ name, files: new Set(parts.train.map((crop) => crop.name)) }))
  const clients: CorpusClient[] = []
  for (const { name, crops } of dealtOut(sets, options.split, options)) {
    const pixels = await decoded(name, options.exact ? crops.slice(0, options.images) : crops, options)
    const from = trained.filter(({ files }) => pixels.names.some((file) => files.has(file)))
    clients.push({ name, sets: from.map(({ name }) => name), pixels })
  }
  return { clients, evaluations: await readEvaluations(sets, options) }
}

/** The evaluation parts of data sets, decoded; data sets without one are left out. */
export async function readEvaluations(
  sets: readonly DataSet[],
  options: Pick<CorpusOptions, 'size' | 'progress'>,
): Promise<readonly EvaluationPixels[]> {
  const evaluations: EvaluationPixels[] = []
  for (const { name, query, gallery } of sets.flatMap((set) => evaluationPart(set) ?? []))
    evaluations.push({
      name,
      query: await decoded(`${name} query`, query, options),
      gallery: await decoded(`${name} gallery`, gallery, options),
    })
  return evaluations
}

/** Fewer are decoded before a bar could be read. */
const SHOWN_FROM = 1000

/** Crops as pixels of one size. Unreadable files are told and left out. */
export async function decoded(
  name: string,
  crops: CropSet,
  { size, progress }: Pick<CorpusOptions, 'size' | 'progress'>,
): Promise<PixelSet> {
  const task = crops.length < SHOWN_FROM ? undefined : progress.begin(`Reading ${name}`, crops.length)
  const { set, unreadable } = await decodeCrops(crops, size, {
    decode: decodeImage,
    onProgress: ({ done }) => task?.update(done, `${done} of ${crops.length} images`),
  }).finally(() => task?.end())
  for (const { name: file, reason } of unreadable.slice(0, 3)) progress.say(`${name}: ${file} left out: ${reason}`)
  if (unreadable.length > 3) progress.say(`${name}: ${unreadable.length} unreadable files in all`)
  if (set.names.length === 0) throw new LabError('no-images', `No image of ${name} could be read`)
  return set
}
