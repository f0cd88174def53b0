import type { PixelSet } from '@passerby/crops'

/** Crops with their labels; file names are of no use to a learner, so it never sees them. */
export type LabelledPixels = Omit<PixelSet, 'names'>

/** Mean and deviation of ImageNet's channels, on a scale of 0 to 1: what ReID's pretrained backbones expect. */
export const MEAN = [0.485, 0.456, 0.406]
export const DEVIATION = [0.229, 0.224, 0.225]

/** Normalised value of each byte, per channel: `table[channel][byte]`. */
const table = MEAN.map((mean, channel) =>
  Float32Array.from({ length: 256 }, (_, byte) => (byte / 255 - mean) / DEVIATION[channel]),
)

/** How one image is laid into a batch. Pixels that a shift moves in from outside are 0 after normalisation. */
export interface Placement {
  /** Position in the pixel set. */
  readonly image: number
  readonly mirrored: boolean
  /** Pixels by which the image moves down and to the right. */
  readonly down: number
  readonly right: number
}

/** What a batch is taken from: the part of a pixel set that has no labels. */
export type Pixels = Pick<LabelledPixels, 'height' | 'width' | 'pixels'>

/** A batch of images, `[placements, height, width, 3]`, normalised. Throws `RangeError` for an image that there is not. */
export function placePixels(set: Pixels, placements: readonly Placement[]): Float32Array {
  const batch = new Float32Array(placements.length * set.height * set.width * 3)
  placePixelsInto(batch, set, placements)
  return batch
}

/** The same into `batch`, which has that size and whatever was there before. */
export function placePixelsInto(batch: Float32Array, set: Pixels, placements: readonly Placement[]): void {
  const { height, width, pixels } = set
  const size = height * width * 3
  const images = pixels.length / size
  const [red, green, blue] = table
  for (const [position, { image, mirrored, down, right }] of placements.entries()) {
    if (!(image >= 0 && image < images)) throw new RangeError(`placePixels: image ${image} of ${images}`)
    if (down !== 0 || right !== 0) batch.fill(0, position * size, (position + 1) * size)
    for (let y = Math.max(0, down); y < Math.min(height, height + down); y++) {
      for (let x = Math.max(0, right); x < Math.min(width, width + right); x++) {
        const column = mirrored ? width - 1 - (x - right) : x - right
        const from = image * size + ((y - down) * width + column) * 3
        const to = position * size + (y * width + x) * 3
        batch[to] = red[pixels[from]]
        batch[to + 1] = green[pixels[from + 1]]
        batch[to + 2] = blue[pixels[from + 2]]
      }
    }
  }
}
