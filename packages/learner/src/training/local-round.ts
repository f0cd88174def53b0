import type { LabelledPixels } from '../data/pixels.ts'
import type { LearnerWatch, LocalTask } from '../interface.ts'
import { LearnerError } from '../learner-error.ts'
import type { Network } from '../network/network.ts'
import { rateFactor } from '../settings.ts'
import { nextTurn } from '../turn.ts'
import { collectLosses } from './losses.ts'
import { localStrategyOf } from '../strategies/index.ts'
import { openRoundBatches } from './round-batches.ts'
import { roundOptimiser } from './round-optimiser.ts'
import { openSupervision } from './supervision.ts'
import { openTrainer } from './trainer.ts'

export interface LocalRound {
  readonly task: LocalTask
  readonly network: Network
  readonly pixels: LabelledPixels
  /** Positions of the images that are trained on. */
  readonly images: readonly number[]
  /** Class of each identity among them: 0 to n − 1. */
  readonly labels: ReadonlyMap<string, number>
  /** Flat. */
  readonly head: Float32Array
}

export interface TrainedRound {
  readonly backbone: Float32Array
  readonly head: Float32Array
  /** Mean over the images of the last epoch. */
  readonly loss: number
  readonly steps: number
  /** The images of the first batch. */
  readonly firstBatch: readonly number[]
}

/** Steps whose losses are read back together: a read-back waits for the device. */
const STEPS_PER_READ = 8

/**
 * The client's part of a round: some epochs of stochastic gradient descent from the downloaded backbone and the kept
 * head (FedReID, algorithm 1; ALGORITHMS 2.3). The same task gives the same result on the same backend.
 */
export async function trainRound(round: LocalRound, { signal, onProgress }: LearnerWatch): Promise<TrainedRound> {
  const { task, network, pixels, images, labels, head } = round
  const { settings } = task
  if (images.length < 2) {
    throw new LearnerError(
      'too-few-images',
      `Training needs two images of persons, there are ${images.length}: add crops.`,
    )
  }
  const { height, width } = settings.input
  if (pixels.height !== height || pixels.width !== width) {
    throw new RangeError(`trainRound: crops of ${pixels.height}×${pixels.width} for an input of ${height}×${width}`)
  }
  const factor = rateFactor(settings.schedule, task)
  const strategy = localStrategyOf(task.strategy)
  const batches = openRoundBatches(round)
  const supervision = openSupervision(settings.loss, labels.size)
  const trainer = openTrainer(network, {
    backbone: task.backbone,
    head,
    rates: { backbone: settings.backboneRate * factor, head: settings.headRate * factor },
    optimiser: roundOptimiser(settings, strategy.proximal?.(task.strategy) ?? 0),
    pixels,
    objective: strategy.objective,
    supervision,
  })
  let losses = collectLosses()
  let steps = 0
  let firstBatch: readonly number[] = []
  try {
    for (let epoch = 1; epoch <= settings.epochs; epoch++) {
      losses = collectLosses()
      const epochBatches = batches.epoch()
      for (const [index, batch] of epochBatches.entries()) {
        signal.throwIfAborted()
        if (steps === 0) firstBatch = batch
        const loss = trainer.step(batches.batch(batch))
        steps += 1
        losses.push(loss, batch.length)
        const step = index + 1
        const progress = { epoch, epochs: settings.epochs, step, steps: epochBatches.length }
        const readable = step % STEPS_PER_READ === 0 || step === epochBatches.length
        const read = readable ? { loss: finite(await losses.read()) } : {}
        onProgress?.({ ...progress, ...read })
        await nextTurn()
      }
    }
    const trained = await trainer.read()
    // No loss tells of the last step, or of any where a graphics device takes max(NaN, 0) for 0.
    if (![trained.backbone, trained.head].every((values) => values.every(Number.isFinite))) throw diverged()
    return { ...trained, loss: losses.mean(), steps, firstBatch }
  } finally {
    losses.dispose()
    supervision.dispose()
    trainer.dispose()
  }
}

function finite(loss: number): number {
  if (Number.isFinite(loss)) return loss
  throw diverged()
}

const diverged = () => new LearnerError('diverged', 'The loss is no number any more: lower the learning rates.')
