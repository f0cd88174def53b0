import { evaluateWithin, isPerson, personsOf } from '@passerby/reid'
import { imagesOf, type LabelledPixels } from './data/pixels.ts'
import { embedPixels } from './embeddings.ts'
import type { Learner } from './interface.ts'
import { LearnerError } from './learner-error.ts'
import { latestNetwork, type NetworkOfSettings } from './network/latest-network.ts'
import { networkOf } from './network/network-of.ts'
import { assembleHead, decodeHead, encodeHead, headKey, headRows, type Memory } from './training/head.ts'
import { localStrategyOf } from './strategies/index.ts'
import { plainEmbeddings } from './strategies/plain-embeddings.ts'
import { trainRound } from './training/local-round.ts'

export interface LearnerOptions {
  readonly training: LabelledPixels
  /** Identities that are never trained on. */
  readonly validation?: LabelledPixels
  readonly memory: Memory
  /** Names the federation whose head is kept. */
  readonly federation: string
  /** How backbones run; default is the fastest on the current backend. Whoever runs them too has to give it. */
  readonly network?: NetworkOfSettings
}

/**
 * A client's learner on the current backend: its strategy's local round and evaluation on the client's own
 * validation identities. Throws `LearnerError` when there is too little to train on or the loss is no number.
 */
export function createLearner(options: LearnerOptions): Learner {
  const { training, validation, memory, federation } = options
  const persons = personsOf(training)
  const images = training.identities.flatMap((identity, image) => (isPerson(identity) ? [image] : []))
  const labels = new Map(persons.map((person, label) => [person, label]))
  const network = options.network ?? latestNetwork(networkOf)
  return {
    async train(task, watch) {
      watch.signal.throwIfAborted()
      const started = performance.now()
      const { embedding } = network(task.settings).sizes
      const key = headKey(federation, embedding)
      const kept = await memory.load(key)
      const known = kept ? decodeHead(kept, embedding) : new Map<string, Float32Array>()
      const head = assembleHead(known, { identities: persons, embedding, seed: task.seed })
      const { backbone, loss, ...trained } = await trainRound(
        { task, network: network(task.settings), pixels: training, images, labels, head },
        watch,
      )
      watch.signal.throwIfAborted()
      const { weight, extras } = await localStrategyOf(task.strategy).conclude(
        {
          task,
          images: images.length,
          steps: trained.steps,
          positions: images,
          firstBatch: trained.firstBatch,
          before: { backbone: task.backbone, head },
          after: { backbone, head: trained.head },
          embedding,
          publicImages: task.publicSet ? imagesOf(task.publicSet) : 0,
          embed: plainEmbeddings(network(task.settings), { own: training, public: task.publicSet }, watch),
        },
        task.strategy,
      )
      watch.signal.throwIfAborted()
      refuseNoNumbers(weight, extras)
      await memory.save(key, encodeHead(new Map([...known, ...headRows(trained.head, persons)])))
      const seconds = (performance.now() - started) / 1000
      return { backbone, extras, weight, images: images.length, loss, seconds }
    },
    async evaluate({ backbone, settings }, { signal }) {
      if (!validation) return undefined
      const started = performance.now()
      const embeddings = await embedPixels(network(settings), validation, { backbone, signal })
      const { embedding } = network(settings).sizes
      const { averagePrecision } = settings
      const figures = evaluateWithin({ ...validation, embeddings }, embedding, { averagePrecision })
      return figures && { ...figures, seconds: (performance.now() - started) / 1000 }
    },
  }
}

/** Running statistics that ran away show first where a model is looked at in evaluation mode. */
function refuseNoNumbers(weight: number, extras: Float32Array): void {
  if (Number.isFinite(weight) && extras.every(Number.isFinite)) return
  throw new LearnerError('diverged', 'What the trained model makes of images is no number: lower the learning rates.')
}
