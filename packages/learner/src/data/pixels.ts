import { DEVIATION, MEAN } from '@passerby/backbones'
import type { PixelSet } from '@passerby/crops'

/** Crops with their labels; file names are of no use to a learner, so it never sees them. */
export type LabelledPixels = Omit<PixelSet, 'names'>

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
  /** Of what is inside; absent: as it is. */
  readonly colour?: Colour
  /** Becomes 0 after normalisation, the mean colour: a part of the batch's image, after mirror and shift. */
  readonly erased?: Rectangle
}

/** x, from 0 to 1, becomes gain·(saturation·x + (1 − saturation)·luma(x)) + offset, cut off at 0 and 1. */
export interface Colour {
  readonly gain: number
  readonly saturation: number
  readonly offset: number
}

/** Pixels. */
export interface Rectangle {
  readonly top: number
  readonly left: number
  readonly height: number
  readonly width: number
}

/** Shares of red, green and blue in how bright a colour looks (ITU-R BT.601). */
export const LUMA = [0.299, 0.587, 0.114]

/** What a batch is taken from: the part of a pixel set that has no labels. */
export type Pixels = Pick<LabelledPixels, 'height' | 'width' | 'pixels'>

/** How many there are. */
export function imagesOf({ height, width, pixels }: Pixels): number {
  return pixels.length / (height * width * 3)
}

/** Some images as a set of their own, copied. Throws `RangeError` for an image that there is not. */
export function pickPixels({ height, width, pixels }: Pixels, images: readonly number[]): Pixels {
  const size = height * width * 3
  const picked = new Uint8Array(images.length * size)
  for (const [position, image] of images.entries()) {
    const from = image * size
    if (!(image >= 0 && from < pixels.length)) throw new RangeError(`pickPixels: no image ${image}`)
    picked.set(pixels.subarray(from, from + size), position * size)
  }
  return { height, width, pixels: picked }
}

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
  const images = imagesOf(set)
  const [red, green, blue] = table
  for (const [position, placement] of placements.entries()) {
    const { image, mirrored, down, right } = placement
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
    const placed = batch.subarray(position * size, (position + 1) * size)
    if (placement.colour) recolour(placed, set, { ...placement, colour: placement.colour })
    if (placement.erased) erase(placed, width, placement.erased)
  }
}

/** Changes what is inside of a normalised image. */
function recolour(
  values: Float32Array,
  { height, width }: Pick<Pixels, 'height' | 'width'>,
  { down, right, colour }: Placement & { readonly colour: Colour },
): void {
  const { gain, saturation, offset } = colour
  for (let y = Math.max(0, down); y < Math.min(height, height + down); y++) {
    for (let x = Math.max(0, right); x < Math.min(width, width + right); x++) {
      const at = (y * width + x) * 3
      let luma = 0
      for (let c = 0; c < 3; c++) luma += LUMA[c] * (values[at + c] * DEVIATION[c] + MEAN[c])
      for (let c = 0; c < 3; c++) {
        const value = values[at + c] * DEVIATION[c] + MEAN[c]
        const changed = gain * (saturation * value + (1 - saturation) * luma) + offset
        values[at + c] = (Math.min(1, Math.max(0, changed)) - MEAN[c]) / DEVIATION[c]
      }
    }
  }
}

function erase(values: Float32Array, imageWidth: number, { top, left, height, width }: Rectangle): void {
  for (let y = top; y < top + height; y++)
    values.fill(0, (y * imageWidth + left) * 3, (y * imageWidth + left + width) * 3)
}

/** Mean luma of an image, 0 to 1. */
export function meanLuma({ height, width, pixels }: Pixels, image: number): number {
  const size = height * width * 3
  let sum = 0
  for (let at = image * size; at < (image + 1) * size; at += 3)
    sum += LUMA[0] * pixels[at] + LUMA[1] * pixels[at + 1] + LUMA[2] * pixels[at + 2]
  return sum / (255 * height * width)
}
