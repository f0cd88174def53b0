/** The worker's half of learning: crops become pixels, pixels and settings a learner. */
import { backboneByName, planBytes } from '@passerby/backbones'
import { decodeCrops, pixelsAt, type CropSet, type PixelSet } from '@passerby/crops'
import { decodeImage } from '@passerby/crops/browser'
import {
  activationMaps,
  chooseBackend,
  createLearner,
  latestNetwork,
  networkOf,
  plainNetworkOf,
  type Learner,
  type Memory,
  type Network,
} from '@passerby/learner'
import { locateWasmFiles } from '@passerby/learner/browser'
import type { LocalSettings } from '@passerby/protocol'
import { splitByIdentity } from '@passerby/reid'
import { embedWithProgress, planeOf, searchWithin } from './pictures.ts'
import { sheetImage } from './sheet.ts'
import type {
  ActivationMap,
  ActivationsTask,
  CheckView,
  DeviceWish,
  OnFraction,
  OnStage,
  PicturesTask,
  PicturesView,
} from './workbench.ts'

/** Seed of the split by identity: the same crops are kept back on every visit, whatever the federation. */
const SPLIT_SEED = 1

/** Of a computation that a person waits for. */
export interface PictureWatch {
  readonly signal: AbortSignal
  readonly onFraction: OnFraction
}

export interface Desk {
  readonly view: CheckView
  readonly learner: Learner
  pictures(task: PicturesTask, watch: PictureWatch): Promise<PicturesView>
  activations(task: ActivationsTask, watch: PictureWatch): Promise<readonly ActivationMap[]>
}

export interface DeskOptions {
  readonly crops: CropSet
  readonly settings: LocalSettings
  readonly wish: DeviceWish
  readonly federation: string
  readonly memory: Memory
  readonly signal: AbortSignal
  readonly onStage: OnStage
}

/** Decodes the crops, chooses and measures a backend. Throws `LearnerError` when there is none or too little to train on. */
export async function openDesk(options: DeskOptions): Promise<Desk> {
  const { crops, settings, wish, federation, memory, signal, onStage } = options
  onStage('crops')
  const { set, unreadable } = await decodeCrops(crops, settings.input, {
    decode: decodeImage,
    signal,
    onProgress: ({ done, total }) => onStage('crops', done / total),
  })
  const split = splitByIdentity(set, settings.validation, SPLIT_SEED)
  const training = pixelsAt(set, split.training)
  const validation = split.validation.length > 0 ? pixelsAt(set, split.validation) : undefined
  onStage('backend')
  locateWasmFiles()
  const networkFor = latestNetwork(wish.plain ? plainNetworkOf : networkOf)
  const network = networkFor(settings)
  const workload = { ...settings.input, batchSize: settings.batchSize }
  const { trials } = await chooseBackend({
    threads: wish.threads,
    network,
    workload,
    signal,
    ...(wish.backend !== 'automatic' && { only: wish.backend }),
  })
  const chosen = trials.find((trial) => trial.state === 'chosen')
  if (!chosen) throw new Error('openDesk: no backend was chosen')
  return {
    view: {
      backend: chosen.name,
      device: chosen.device,
      threads: wish.plain ? 1 : chosen.threads,
      notUsed: trials.flatMap((trial) =>
        trial.state === 'refused' ? [{ backend: trial.name, reason: trial.reason }] : [],
      ),
      gradientError: chosen.gradientError,
      imagesPerSecond: chosen.speed.imagesPerSecond,
      trainingImages: split.training.length,
      validationImages: split.validation.length,
      ...memoryOf(network, settings, set),
      unreadable,
    },
    learner: createLearner({
      training,
      memory,
      federation,
      network: networkFor,
      ...(validation && { validation }),
    }),
    pictures: async (task, watch) =>
      validation
        ? picturesOf(validation, crops, { task, network: networkFor(task.settings), ...watch })
        : { searches: [] },
    activations: async (task, watch) => (validation ? activationsOf(validation, task, watch) : []),
  }
}

/** Momentum; Adam's two moments. */
const OPTIMISER_STATES = { sgd: 1, adam: 2 } as const

/** Decoded crops, and what a step is planned to take; unknown where TensorFlow.js takes what it needs as it goes. */
function memoryOf(
  network: Network,
  { input, batchSize, optimiser }: Pick<LocalSettings, 'input' | 'batchSize' | 'optimiser'>,
  { pixels }: PixelSet,
): Pick<CheckView, 'memoryBytes'> {
  const plan = network.stepPlan({ ...input, batch: network.largestBatch(input, batchSize) })
  return plan ? { memoryBytes: pixels.byteLength + planBytes(plan, OPTIMISER_STATES[optimiser]) } : {}
}

async function picturesOf(
  set: PixelSet,
  crops: CropSet,
  { task, network, ...watch }: PictureWatch & { readonly task: PicturesTask; readonly network: Network },
): Promise<PicturesView> {
  const embeddings = await embedWithProgress(network, set, { backbone: task.backbone, ...watch })
  const byName = new Map(crops.map((crop) => [crop.name, crop]))
  const cropAt = async (at: number) => {
    const crop = byName.get(set.names[at])
    if (!crop) throw new Error('picturesOf: a decoded crop has no file')
    return { at, ...(await sheetImage(crop)) }
  }
  const dim = network.sizes.embedding
  const searches = searchWithin(set, embeddings, { dim, queries: task.queries }).map(
    async ({ query, found, firstRight }) => ({
      query: await cropAt(query),
      found: await Promise.all(found.map(async ({ at, right }) => ({ ...(await cropAt(at)), right }))),
      firstRight,
    }),
  )
  return { searches: await Promise.all(searches), plane: planeOf(set, embeddings, dim) }
}

async function activationsOf(
  set: PixelSet,
  { backbone, settings, crops }: ActivationsTask,
  { signal, onFraction }: PictureWatch,
): Promise<readonly ActivationMap[]> {
  const network = backboneByName(settings.backbone, settings.embedding)
  const maps: ActivationMap[] = []
  for (const at of crops) {
    signal.throwIfAborted()
    const { height, width, values } = await activationMaps(network, set, { parameters: backbone, images: [at] })
    maps.push({ height, width, values: Uint8Array.from(values, (value) => Math.round(255 * value)) })
    onFraction(maps.length / crops.length)
    // Else an `abort` would wait for the last crop.
    await new Promise((resolve) => setTimeout(resolve))
  }
  return maps
}
