/** What contenders train in a benchmark: made-up crops, the same first values and the same batches for all of them. */
import { backboneByName, initialise, type Backbone } from '@passerby/backbones'
import { rng } from '@passerby/reid'
import { drawPlacements } from '../data/batches.ts'
import type { Pixels, Placement } from '../data/pixels.ts'

export interface ExerciseOptions {
  readonly backbone: string
  readonly embedding: number
  readonly height: number
  readonly width: number
  readonly batchSize: number
  readonly rates: Rates
  /** Flat values that the backbone starts from; default is its first ones. */
  readonly start?: Float32Array
}

/** Learning rates. */
export interface Rates {
  readonly backbone: number
  readonly head: number
}

export interface Exercise {
  readonly backbone: Backbone
  /** Flat, where it starts. */
  readonly parameters: Float32Array
  /** Flat first values of the identity head: kernel `[embedding, CLASSES]`, then bias. */
  readonly head: Float32Array
  readonly pixels: Pixels
  /** Taken in turn. */
  readonly batches: readonly ExerciseBatch[]
  readonly rates: Rates
}

export interface ExerciseBatch {
  readonly placements: readonly Placement[]
  readonly labels: readonly number[]
}

/** Identities of a client with a small camera. */
export const CLASSES = 64
export const LABEL_SMOOTHING = 0.1
/** No decay: TensorFlow.js's own optimiser has none. */
export const OPTIMISER = { kind: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 0 } as const

const BATCHES = 4
const AUGMENTATION = { flip: true, pad: { height: 4, width: 2 } } as const

/** The same options give the same exercise everywhere. Throws `RangeError` for an unknown backbone. */
export function exerciseOf(options: ExerciseOptions): Exercise {
  const { embedding, height, width, batchSize, rates, start } = options
  const backbone = backboneByName(options.backbone, embedding)
  const images = Array.from({ length: BATCHES * batchSize }, (_, image) => image)
  const random = rng(1, 'batches')
  return {
    backbone,
    parameters: start ?? initialise(backbone, 1),
    head: firstHead(embedding),
    pixels: { height, width, pixels: paint(images.length, { height, width }) },
    batches: Array.from({ length: BATCHES }, (_, batch) => {
      const members = images.slice(batch * batchSize, (batch + 1) * batchSize)
      return {
        placements: drawPlacements(members, AUGMENTATION, random),
        labels: members.map((image) => image % CLASSES),
      }
    }),
    rates,
  }
}

/** PyTorch's default: uniform in ±1/√embedding. */
function firstHead(embedding: number): Float32Array {
  const random = rng(1, 'head')
  const bound = 1 / Math.sqrt(embedding)
  return Float32Array.from({ length: (embedding + 1) * CLASSES }, () => random.between(-bound, bound))
}

/** Side of the squares that crops are painted in, pixels. */
const SQUARE = 16

/** Squares of random colours under noise, `[images, height, width, 3]`. */
function paint(images: number, { height, width }: Pick<Pixels, 'height' | 'width'>): Uint8Array {
  const random = rng(1, 'crops')
  const columns = Math.ceil(width / SQUARE)
  const squares = Math.ceil(height / SQUARE) * columns
  const painted = new Uint8Array(images * height * width * 3)
  let next = 0
  for (let image = 0; image < images; image++) {
    const colours = Array.from({ length: squares * 3 }, () => random.between(30, 225))
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const square = Math.floor(y / SQUARE) * columns + Math.floor(x / SQUARE)
        for (let channel = 0; channel < 3; channel++)
          painted[next++] = colours[square * 3 + channel] + random.between(-25, 25)
      }
  }
  return painted
}
