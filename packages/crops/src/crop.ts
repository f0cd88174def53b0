import type { Labels } from '@passerby/reid'

/** A file whose bytes can be had when needed: picked, dropped, in an archive, on disk. */
export interface FileSource {
  /** Path below what was picked, with `/` between folders. */
  readonly name: string
  /** Bytes. */
  readonly size: number
  /** The content. Throws `CropsError('unreadable')` with the reason. */
  read(): Promise<Uint8Array>
}

/** One image of one person by one camera. `name` is its path below what was imported. */
export interface Crop extends FileSource {
  readonly identity: string
  readonly camera: string
}

export type CropSet = readonly Crop[]

/** Decoded crops of one size. Pixel (image, y, x, channel) is at `((image * height + y) * width + x) * 3 + channel`, RGB. */
export interface PixelSet extends Labels {
  readonly height: number
  readonly width: number
  readonly pixels: Uint8Array
  readonly names: readonly string[]
}

/** One decoded image: row-major RGB, `height × width × 3`. */
export interface Raster {
  readonly height: number
  readonly width: number
  readonly pixels: Uint8Array
}

export interface FileProgress {
  readonly done: number
  readonly total: number
}

export interface FileWatch {
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: FileProgress) => void
}

/** The labels of crops, index by index. */
export function labelsOf(crops: CropSet): Labels {
  return { identities: crops.map((crop) => crop.identity), cameras: crops.map((crop) => crop.camera) }
}
