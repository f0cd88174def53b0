/** What sessions compute, for comparing one executor's with another's. */
import { initialise } from '@passerby/backbones'
import { rng } from '@passerby/reid'
import type { Placement } from '../data/pixels.ts'
import type { Network } from '../network/network.ts'
import { fedpav } from '../strategies/fedpav.ts'
import { tf } from '../tf.ts'
import { smoothedTargets } from '../training/loss.ts'
import type { Optimiser } from '../training/optimiser.ts'
import { openTrainer, type Trainer } from '../training/trainer.ts'

export interface Shape {
  readonly batch: number
  readonly height: number
  readonly width: number
}

export const NESTEROV: Optimiser = { kind: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 5e-4 }

/** Made-up crops: noise, so that no two are alike. */
export function noisyPixels({ batch, height, width }: Shape, name = 'pixels') {
  const random = rng(7, name)
  return { height, width, pixels: Uint8Array.from({ length: batch * height * width * 3 }, () => random.int(256)) }
}

/** All crops in order, some mirrored and shifted. */
export function placementsOf(batch: number): readonly Placement[] {
  return Array.from({ length: batch }, (_, image) => ({
    image,
    mirrored: image % 2 === 1,
    down: (image % 3) - 1,
    right: image % 2,
  }))
}

export interface StepOptions {
  /** By default the backbone's first values. */
  readonly parameters?: Float32Array
  /** Of the crops. */
  readonly name?: string
}

/** One step with a random direction as the embeddings' gradient, then embeddings by the parameters that it left. */
export async function valuesOf(network: Network, shape: Shape, options: StepOptions = {}) {
  const { parameters = initialise(network.backbone, 3), name } = options
  const batch = placementsOf(shape.batch)
  const session = network.open({ parameters, pixels: noisyPixels(shape, name), optimiser: NESTEROV })
  const random = rng(7, 'direction')
  const size = shape.batch * network.sizes.embedding
  const direction = tf.tensor2d(
    Float32Array.from({ length: size }, () => random.normal()),
    [shape.batch, network.sizes.embedding],
  )
  const trained = session.train(batch)
  const embeddings = Float32Array.from(await trained.data())
  session.back(direction)
  session.update(1e-3)
  const inferred = session.embed(batch)
  const values = {
    embeddings,
    gradient: await session.gradient(),
    parameters: await session.read(),
    inferred: Float32Array.from(await inferred.data()),
  }
  tf.dispose([direction, trained, inferred])
  session.dispose()
  return values
}

export type SessionValues = Awaited<ReturnType<typeof valuesOf>>

/**
 * A backbone after some steps towards random embeddings of one batch: deep ones are chaotic from first values, where two
 * implementations agree in little, and calm soon after.
 */
export async function calmParameters(network: Network, shape: Shape, steps = 12): Promise<Float32Array> {
  const parameters = initialise(network.backbone, 3)
  const session = network.open({ parameters, pixels: noisyPixels(shape), optimiser: NESTEROV })
  const size: [number, number] = [shape.batch, network.sizes.embedding]
  const random = rng(7, 'targets')
  const targets = tf.tensor2d(
    Float32Array.from({ length: size[0] * size[1] }, () => random.normal()),
    size,
  )
  for (let step = 0; step < steps; step++) {
    const embeddings = session.train(placementsOf(shape.batch))
    const direction = tf.sub<tf.Tensor2D>(embeddings, targets)
    session.back(direction)
    session.update(0.002)
    tf.dispose([embeddings, direction])
  }
  const calm = await session.read()
  targets.dispose()
  session.dispose()
  return calm
}

/** For each kind of value, the largest difference relative to the largest expected one. */
export function deviations(actual: SessionValues, expected: SessionValues): Record<keyof SessionValues, number> {
  const deviation = (kind: keyof SessionValues) => {
    const scale = expected[kind].reduce((max, value) => Math.max(max, Math.abs(value)), 0)
    const error = (max: number, value: number, i: number) => Math.max(max, Math.abs(value - actual[kind][i]))
    return expected[kind].reduce(error, 0) / scale
  }
  return {
    embeddings: deviation('embeddings'),
    gradient: deviation('gradient'),
    parameters: deviation('parameters'),
    inferred: deviation('inferred'),
  }
}

const CLASSES = 8
const COPIES = 6

export interface CurveOptions {
  /** Of the backbone; the head's is 0.05. */
  readonly rate: number
  readonly steps?: number
  readonly optimiser?: Optimiser
  /** Where the backbone starts; default is its first values. */
  readonly parameters?: Float32Array
}

/** Losses of a training on noisy copies of one random picture per class, 16 images of 32×16 a step. */
export async function lossCurve(network: Network, options: CurveOptions): Promise<readonly number[]> {
  const { losses, trainer } = await trainOnCopies(network, options)
  trainer.dispose()
  return losses
}

/**
 * A backbone after 100 steps. From first values OSNet is chaotic: runs of one and the same implementation whose weights
 * differ by 1e-7 of themselves are 1e-2 apart after ten steps, even at a rate of 1e-4. After a while it is calm.
 */
export async function warmParameters(network: Network): Promise<Float32Array> {
  return trainedParameters(network, { rate: 0.02, steps: 100 })
}

/** A backbone after such a training. */
export async function trainedParameters(network: Network, options: CurveOptions): Promise<Float32Array> {
  const { trainer } = await trainOnCopies(network, options)
  const { backbone } = await trainer.read()
  trainer.dispose()
  return backbone
}

async function trainOnCopies(
  network: Network,
  { rate, steps = 20, optimiser = NESTEROV, parameters = initialise(network.backbone, 1) }: CurveOptions,
): Promise<{ readonly losses: readonly number[]; readonly trainer: Trainer }> {
  const [height, width, batch] = [32, 16, 16]
  const random = rng(5, 'pictures')
  const pictures = Array.from({ length: CLASSES }, () => noisyPixels({ batch: 1, height, width }, `${random.int(1e6)}`))
  const pixels = Array.from({ length: CLASSES * COPIES }, (_, image) =>
    pictures[image % CLASSES].pixels.map((byte) => 0.8 * byte + random.int(50)),
  )
  const trainer = openTrainer(network, {
    backbone: parameters,
    head: new Float32Array((network.sizes.embedding + 1) * CLASSES),
    pixels: { height, width, pixels: Uint8Array.from(pixels.flatMap((bytes) => [...bytes])) },
    rates: { backbone: rate, head: 0.05 },
    optimiser,
    objective: fedpav.objective,
  })
  const losses: number[] = []
  for (let step = 0; step < steps; step++) {
    const chosen = Array.from({ length: batch }, (_, i) => (i * 5 + step * 7) % pixels.length)
    const labels = chosen.map((image) => image % CLASSES)
    const images = chosen.map((image, i) => ({ image, mirrored: i % 2 === 1, down: 0, right: (step % 3) - 1 }))
    const loss = trainer.step({ images, targets: smoothedTargets(labels, CLASSES, 0.1) })
    losses.push((await loss.data())[0])
    loss.dispose()
  }
  return { losses, trainer }
}
