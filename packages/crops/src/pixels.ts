/** From crops to the pixels that a network is fed with. */
import { concurrently } from './concurrently.ts'
import type { CropSet, FileWatch, PixelSet, Raster } from './crop.ts'
import { reasonOf } from './errors.ts'
import { resize } from './resize.ts'

/** Turns a file's bytes into pixels at their own size. Rejects with the reason when it cannot. */
export type Decode = (bytes: Uint8Array) => Promise<Raster>

export interface UnreadableFile {
  readonly name: string
  readonly reason: string
}

export interface DecodedCrops {
  /** The crops that could be read, in the order given. */
  readonly set: PixelSet
  readonly unreadable: readonly UnreadableFile[]
}

export interface PixelSize {
  readonly height: number
  readonly width: number
}

/**
 * Reads, decodes and resizes crops. A bad file is reported and never stops the rest. `n × height × width × 3` bytes.
 * Throws what `watch.signal` says when aborted.
 */
export async function decodeCrops(
  crops: CropSet,
  size: PixelSize,
  { decode, ...watch }: FileWatch & { readonly decode: Decode },
): Promise<DecodedCrops> {
  const { height, width } = size
  const length = height * width * 3
  const pixels = new Uint8Array(crops.length * length)
  const problems = await concurrently(
    crops,
    async (crop, index): Promise<UnreadableFile | undefined> => {
      try {
        pixels.set(resize(await decode(await crop.read()), height, width).pixels, index * length)
        return undefined
      } catch (error) {
        return { name: crop.name, reason: reasonOf(error) }
      }
    },
    watch,
  )
  let kept = 0
  for (const [index, problem] of problems.entries())
    if (problem === undefined) pixels.copyWithin(kept++ * length, index * length, (index + 1) * length)
  const readable = crops.filter((_, index) => problems[index] === undefined)
  const set: PixelSet = {
    height,
    width,
    pixels: pixels.subarray(0, kept * length),
    names: readable.map((crop) => crop.name),
    identities: readable.map((crop) => crop.identity),
    cameras: readable.map((crop) => crop.camera),
  }
  return { set, unreadable: problems.flatMap((problem) => problem ?? []) }
}

/** The images at `indices`, in that order, a copy. */
export function pixelsAt(set: PixelSet, indices: readonly number[]): PixelSet {
  const size = set.height * set.width * 3
  const pixels = new Uint8Array(indices.length * size)
  for (const [to, from] of indices.entries()) pixels.set(set.pixels.subarray(from * size, (from + 1) * size), to * size)
  const at = (values: readonly string[]) => indices.map((index) => values[index])
  return { ...set, pixels, names: at(set.names), identities: at(set.identities), cameras: at(set.cameras) }
}
