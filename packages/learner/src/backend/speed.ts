import { initialise } from '@passerby/backbones'
import type { Network } from '../network/network.ts'
import { fedpav } from '../strategies/fedpav.ts'
import { smoothedTargets } from '../training/loss.ts'
import { openTrainer, type Batch, type Trainer } from '../training/trainer.ts'
import { nextTurn } from '../turn.ts'

export interface Workload {
  readonly height: number
  readonly width: number
  readonly batchSize: number
}

export interface SpeedOptions {
  /** Steps that are timed, after one that is not: it compiles. */
  readonly steps: number
  readonly signal?: AbortSignal
}

export interface Speed {
  /** Median over the timed steps. */
  readonly imagesPerSecond: number
  readonly stepMs: number
  /** The untimed first step: on WebGPU, mostly the compilation of shaders. */
  readonly firstStepMs: number
}

const CLASSES = 64

/** Times training steps (forward, backward, update, loss read back) on made-up images, on the current backend. */
export async function measureSpeed(
  network: Network,
  workload: Workload,
  { steps, signal }: SpeedOptions,
): Promise<Speed> {
  const { trainer, batch } = openMadeUpTraining(network, workload)
  const times: number[] = []
  try {
    for (let step = 0; step <= steps; step++) {
      signal?.throwIfAborted()
      const started = performance.now()
      const loss = trainer.step(batch)
      await loss.data()
      times.push(performance.now() - started)
      loss.dispose()
      await nextTurn()
    }
  } finally {
    trainer.dispose()
  }
  const [firstStepMs = 0, ...timed] = times
  const stepMs = timed.sort((a, b) => a - b)[timed.length >> 1]
  return { imagesPerSecond: (1000 * batch.images.length) / stepMs, stepMs, firstStepMs }
}

/** A trainer on first values, and a batch of images without meaning for it, smaller where there is no memory for all. */
function openMadeUpTraining(network: Network, workload: Workload): { trainer: Trainer; batch: Batch } {
  const { height, width } = workload
  const batchSize = network.largestBatch(workload, workload.batchSize)
  const pixels = Uint8Array.from({ length: batchSize * height * width * 3 }, (_, index) => 128 + 127 * Math.sin(index))
  const labels = Array.from({ length: batchSize }, (_, image) => image % CLASSES)
  const trainer = openTrainer(network, {
    backbone: initialise(network.backbone, 1),
    head: new Float32Array((network.sizes.embedding + 1) * CLASSES),
    pixels: { height, width, pixels },
    rates: { backbone: 0.01, head: 0.01 },
    optimiser: { kind: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 5e-4 },
    objective: fedpav.objective,
  })
  const images = labels.map((_, image) => ({ image, mirrored: image % 2 === 1, down: 1, right: -1 }))
  return { trainer, batch: { images, targets: smoothedTargets(labels, CLASSES, 0.1) } }
}
