import { rng, type Rng } from '@passerby/reid'
import { augment } from '../data/augmentation.ts'
import { drawBatches, drawPlacements } from '../data/batches.ts'
import { drawIdentityBatches } from '../data/identity-batches.ts'
import { LearnerError } from '../learner-error.ts'
import type { LocalSettings } from '../settings.ts'
import type { LocalRound } from './local-round.ts'
import { smoothedTargets } from './loss.ts'
import type { Batch } from './trainer.ts'

/** The batches of a round as its settings ask for them, all drawn by its seed. */
export interface RoundBatches {
  /** The images of each batch of an epoch. */
  epoch(): readonly (readonly number[])[]
  /** Those images as they are shown in one step. */
  batch(images: readonly number[]): Batch
}

/** Throws `LearnerError` when there is too little memory, or too few identities for batches by identity. */
export function openRoundBatches({ task, network, pixels, images, labels }: LocalRound): RoundBatches {
  const { settings } = task
  const { dropout, labelSmoothing, sampling } = settings
  const classesOf = (some: readonly number[]) => some.map((image) => classOf(labels, pixels.identities[image]))
  const random = rng(task.seed, 'round', task.round)
  const [pictures, drops] = [random.split('augmentation'), random.split('dropout')]
  const most = mostAtOnce(network, settings)
  if (sampling.by === 'identity') refuseOneIdentity(labels.size)
  return {
    epoch() {
      if (sampling.by === 'shuffle') return drawBatches(images, { about: settings.batchSize, most }, random)
      const identities = Math.floor(Math.min(settings.batchSize, most) / sampling.imagesEach)
      return drawIdentityBatches(images, { labels: classesOf(images), identities, ...sampling }, random)
    },
    batch(some) {
      const classes = classesOf(some)
      return {
        images: augment(drawPlacements(some, settings, random), { ...settings, pixels }, pictures),
        targets: smoothedTargets(classes, labels.size, labelSmoothing),
        labels: classes,
        ...(dropout > 0 && { dropout: drawDropout(some.length * network.sizes.embedding, dropout, drops) }),
      }
    },
  }
}

/** Shuffled batches are up to half as large again as asked for, where there is memory for that. */
function mostAtOnce(
  network: LocalRound['network'],
  { input, batchSize, sampling: { by, imagesEach } }: LocalSettings,
): number {
  const [least, wanted] = by === 'shuffle' ? [3, Math.ceil(1.5 * batchSize)] : [2 * imagesEach, batchSize]
  const most = network.largestBatch(input, Math.max(least, wanted))
  if (most >= least) return most
  throw new LearnerError('out-of-memory', 'There is too little memory to train on images of this size.')
}

function refuseOneIdentity(identities: number): void {
  if (identities >= 2) return
  throw new LearnerError(
    'too-few-images',
    'Training with batches by identity needs images of two persons: add crops of another.',
  )
}

function classOf(labels: ReadonlyMap<string, number>, identity: string): number {
  const label = labels.get(identity)
  if (label === undefined) throw new RangeError('trainRound: an image shows an identity without a class')
  return label
}

/** Each value 0 with probability `share`, else 1 / (1 − share), so that sums stay what they are on average (PyTorch). */
function drawDropout(values: number, share: number, random: Rng): Float32Array {
  return Float32Array.from({ length: values }, () => (random.uniform() < share ? 0 : 1 / (1 - share)))
}
