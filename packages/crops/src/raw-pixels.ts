/** The baseline that every network must beat: the picture itself, 16×8, without its mean. */
import { normalizeRows } from '@passerby/reid'
import type { PixelSet } from './crop.ts'
import { resize } from './resize.ts'

const HEIGHT = 16
const WIDTH = 8

export const RAW_PIXEL_DIM = HEIGHT * WIDTH * 3

/** Normalised embeddings, row-major `n × RAW_PIXEL_DIM`: resized pixels minus the mean over the image's values. */
export function rawPixelEmbeddings(set: PixelSet): Float32Array {
  const size = set.height * set.width * 3
  const embeddings = new Float32Array(set.names.length * RAW_PIXEL_DIM)
  for (let image = 0; image < set.names.length; image++) {
    const pixels = set.pixels.subarray(image * size, (image + 1) * size)
    const small = resize({ height: set.height, width: set.width, pixels }, HEIGHT, WIDTH).pixels
    const mean = small.reduce((sum, value) => sum + value, 0) / RAW_PIXEL_DIM
    for (let at = 0; at < RAW_PIXEL_DIM; at++) embeddings[image * RAW_PIXEL_DIM + at] = small[at] - mean
  }
  return normalizeRows(embeddings, RAW_PIXEL_DIM)
}
