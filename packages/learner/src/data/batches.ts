import type { Rng } from '@passerby/reid'
import type { Placement } from './pixels.ts'

export interface BatchSizes {
  readonly about: number
  /** None is larger; at least 3. */
  readonly most: number
}

/**
 * All of `images` once, in an order drawn from `random`, in batches that differ by one image at most: no small rest whose
 * batch statistics would be noise. Every batch has two images or more; throws `RangeError` when there are fewer than two.
 */
export function drawBatches(
  images: readonly number[],
  { about, most }: BatchSizes,
  random: Rng,
): readonly (readonly number[])[] {
  if (images.length < 2) throw new RangeError(`drawBatches: ${images.length} images make no batch of two`)
  const order = random.shuffle(images)
  const wanted = Math.max(1, Math.round(images.length / about), Math.ceil(images.length / most))
  const batches = Math.min(wanted, Math.floor(images.length / 2))
  const start = (batch: number) => Math.floor((batch * images.length) / batches)
  return Array.from({ length: batches }, (_, batch) => order.slice(start(batch), start(batch + 1)))
}

export interface Augmentation {
  /** Mirror with probability one half. */
  readonly flip: boolean
  /** Pixels of padding on each side before a crop back to the image's size. */
  readonly pad: { readonly height: number; readonly width: number }
}

/** Draws where each image of a batch goes. */
export function drawPlacements(
  batch: readonly number[],
  { flip, pad }: Augmentation,
  random: Rng,
): readonly Placement[] {
  return batch.map((image) => ({
    image,
    mirrored: flip && random.int(2) === 1,
    down: random.int(2 * pad.height + 1) - pad.height,
    right: random.int(2 * pad.width + 1) - pad.width,
  }))
}
