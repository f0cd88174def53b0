/**
 * The server's part of FedReID's knowledge distillation (Zhuang et al., TOMM 2023, section 5.1; ALGORITHMS 2.4): the averaged
 * model is trained towards what the clients' models say of a public set that has no labels.
 */
import { type DistillationTask, params, type ServerLearner, type SoftTargets } from '@passerby/federation'
import { rng, rowsAt } from '@passerby/reid'
import { drawBatches } from '../data/batches.ts'
import { imagesOf, type Pixels } from '../data/pixels.ts'
import { embedPlainly } from '../embeddings.ts'
import { LearnerError } from '../learner-error.ts'
import type { Network } from '../network/network.ts'
import { tf } from '../tf.ts'
import { distillationLoss } from '../training/distillation-loss.ts'
import { collectLosses } from '../training/losses.ts'
import type { Optimiser } from '../training/optimiser.ts'
import { nextTurn } from '../turn.ts'
import { softTargetsOf } from './soft-targets.ts'

/** As the authors' code has it. Its state starts at zero in every round. */
const OPTIMISER: Optimiser = { kind: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 5e-4 }

/** Images in a batch, as on clients. */
const BATCH = 32
/** So that no batch has to be of one image. */
const LEAST = 3

/** A learner beside a server, or in its place in a simulation, on the current backend. */
export function serverLearner(
  network: Network,
  publicSet: Pixels,
  { seed, signal }: { readonly seed: number; readonly signal?: AbortSignal },
): ServerLearner {
  const stopping = signal && { signal }
  return {
    softTargets: (model, targets) => softTargets(network, publicSet, { backbone: model.values, targets, ...stopping }),
    async distil({ layout, values }, task) {
      const { backbone } = await distil(network, publicSet, { ...task, backbone: values, seed, ...stopping })
      return params(layout, backbone)
    },
  }
}

/** What a model, flat, says of the whole set: `images × embedding`, in evaluation mode. Else as `embedPlainly`. */
export async function softTargets(
  network: Network,
  publicSet: Pixels,
  task: { readonly backbone: Float32Array; readonly targets: SoftTargets; readonly signal?: AbortSignal },
): Promise<Float32Array> {
  return softTargetsOf(await embedPlainly(network, publicSet, task), network.sizes.embedding, task.targets)
}

export interface DistillationPass extends DistillationTask {
  /** Flat: the model that is taught. */
  readonly backbone: Float32Array
  /** Batches are drawn by it and by the round. */
  readonly seed: number
  readonly signal?: AbortSignal
}

export interface Distilled {
  /** Flat. */
  readonly backbone: Float32Array
  /** Mean over all images, each before its batch's step. */
  readonly loss: number
}

/**
 * One pass over the set in batches of about 32, no image augmented. A student learns in training mode, so that running
 * statistics move towards the public set's as they do towards a client's own images. The same pass gives the same model on
 * the same backend. Throws `RangeError` for targets of another size or fewer than two images, `LearnerError` ('diverged',
 * 'out-of-memory'), and what `signal` says when aborted.
 */
export async function distil(network: Network, publicSet: Pixels, pass: DistillationPass): Promise<Distilled> {
  const { backbone, values, targets, rate, round, seed, signal } = pass
  const { embedding } = network.sizes
  const images = imagesOf(publicSet)
  if (values.length !== images * embedding)
    throw new RangeError(`distil: ${values.length} values as targets of ${images} images × ${embedding}`)
  const most = network.largestBatch(publicSet, Math.ceil(1.5 * BATCH))
  if (most < LEAST)
    throw new LearnerError('out-of-memory', 'There is too little memory to distil on images of this size.')
  const everything = Array.from({ length: images }, (_, image) => image)
  const batches = drawBatches(everything, { about: BATCH, most }, rng(seed, 'distillation', round))
  const session = network.open({ parameters: backbone, pixels: publicSet, optimiser: OPTIMISER })
  const losses = collectLosses()
  try {
    for (const batch of batches) {
      signal?.throwIfAborted()
      const loss = tf.tidy(() => {
        const wanted = tf.tensor2d(rowsAt(values, embedding, batch), [batch.length, embedding])
        const { value, grad } = tf.valueAndGrad((embeddings: tf.Tensor) =>
          distillationLoss(embeddings as tf.Tensor2D, wanted, targets),
        )(session.train(batch.map((image) => ({ image, mirrored: false, down: 0, right: 0 }))))
        session.back(grad as tf.Tensor2D)
        session.update(rate)
        return value
      })
      losses.push(loss, batch.length)
      await nextTurn()
    }
    const loss = await losses.read()
    const distilled = await session.read()
    if (!Number.isFinite(loss) || !distilled.every(Number.isFinite)) throw diverged()
    return { backbone: distilled, loss }
  } finally {
    losses.dispose()
    session.dispose()
  }
}

const diverged = () =>
  new LearnerError('diverged', 'Distillation left numbers that are none: lower the distillation rate.')
