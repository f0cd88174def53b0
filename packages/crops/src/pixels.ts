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
  const unreadable: UnreadableFile[] = []
  const rasters = await concurrently(
    crops,
    async (crop) => {
      try {
        return resize(await decode(await crop.read()), height, width).pixels
      } catch (error) {
        unreadable.push({ name: crop.name, reason: reasonOf(error) })
        return undefined
      }
    },
    watch,
  )
  const kept = crops.filter((_, index) => rasters[index] !== undefined)
  const pixels = new Uint8Array(kept.length * height * width * 3)
  let at = 0
  for (const raster of rasters) {
    if (raster === undefined) continue
    pixels.set(raster, at)
    at += raster.length
  }
  const names = kept.map((crop) => crop.name)
  const identities = kept.map((crop) => crop.identity)
  const cameras = kept.map((crop) => crop.camera)
  return { set: { height, width, pixels, names, identities, cameras }, unreadable }
}

/** The images at `indices`, in that order, a copy. */
export function pixelsAt(set: PixelSet, indices: readonly number[]): PixelSet {
  const size = set.height * set.width * 3
  const pixels = new Uint8Array(indices.length * size)
  for (const [to, from] of indices.entries()) pixels.set(set.pixels.subarray(from * size, (from + 1) * size), to * size)
  const at = (values: readonly string[]) => indices.map((index) => values[index])
  return { ...set, pixels, names: at(set.names), identities: at(set.identities), cameras: at(set.cameras) }
}
