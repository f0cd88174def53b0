/** The worker's half of learning: crops become pixels, pixels and settings a learner. */
import { planBytes } from '@passerby/backbones'
import { decodeCrops, pixelsAt, type CropSet, type PixelSet } from '@passerby/crops'
import { decodeImage } from '@passerby/crops/browser'
import {
  chooseBackend,
  createLearner,
  embedPixels,
  latestNetwork,
  networkOf,
  plainNetworkOf,
  type Learner,
  type Memory,
  type Network,
} from '@passerby/learner'
import { locateWasmFiles } from '@passerby/learner/browser'
import type { EvaluationTask } from '@passerby/learner'
import type { LocalSettings } from '@passerby/protocol'
import { dotScores, selectQueries, splitByIdentity } from '@passerby/reid'
import { sheetImage, spread } from './sheet.ts'
import type { CheckView, DeviceWish, NearestView, OnStage } from './workbench.ts'

/** Seed of the split by identity: the same crops are kept back on every visit, whatever the federation. */
const SPLIT_SEED = 1
const FOUND = 5

export interface Desk {
  readonly view: CheckView
  readonly learner: Learner
  nearest(task: EvaluationTask, queries: number): Promise<readonly NearestView[]>
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
    nearest: async (task, queries) =>
      validation ? nearestIn(validation, crops, { task, queries, network: networkFor(task.settings) }) : [],
  }
}

/** Momentum. */
const OPTIMISER_STATES = 1

/** Decoded crops, and what a step is planned to take; unknown where TensorFlow.js takes what it needs as it goes. */
function memoryOf(
  network: Network,
  { input, batchSize }: Pick<LocalSettings, 'input' | 'batchSize'>,
  { pixels }: PixelSet,
): Pick<CheckView, 'memoryBytes'> {
  const plan = network.stepPlan({ ...input, batch: network.largestBatch(input, batchSize) })
  return plan ? { memoryBytes: pixels.byteLength + planBytes(plan, OPTIMISER_STATES) } : {}
}

async function nearestIn(
  set: PixelSet,
  crops: CropSet,
  { task, queries, network }: { readonly task: EvaluationTask; readonly queries: number; readonly network: Network },
): Promise<readonly NearestView[]> {
  const embeddings = await embedPixels(network, set, task)
  const byName = new Map(crops.map((crop) => [crop.name, crop]))
  const imageAt = async (index: number) => {
    const crop = byName.get(set.names[index])
    if (!crop) throw new Error('nearestIn: a decoded crop has no file')
    return sheetImage(crop)
  }
  const selection = selectQueries(set)
  const dim = network.sizes.embedding
  return Promise.all(
    spread(selection?.query ?? [], queries).map(async (query) => {
      const scores = dotScores(embeddings.subarray(query * dim, (query + 1) * dim), embeddings, dim)
      const allowed = (index: number) =>
        selection?.rule === 'market'
          ? set.identities[index] !== set.identities[query] || set.cameras[index] !== set.cameras[query]
          : index !== query
      const ranked = [...scores.keys()].filter(allowed).sort((a, b) => scores[b] - scores[a])
      const found = ranked.slice(0, FOUND).map(async (index) => ({
        ...(await imageAt(index)),
        right: set.identities[index] === set.identities[query],
      }))
      return { query: await imageAt(query), found: await Promise.all(found) }
    }),
  )
}
