import { type Backbone, DEVIATION, MEAN } from '@passerby/backbones'
import { networkOf } from '@passerby/learner'
import type { Images } from './onnxruntime.ts'

/** Crops as bytes, `[images, height, width, 3]` RGB. */
export interface Crops {
  readonly height: number
  readonly width: number
  readonly pixels: Uint8Array
}

export function countOf({ height, width, pixels }: Crops): number {
  return pixels.length / (height * width * 3)
}

/** Crops as every backbone sees them. */
export function normalised(crops: Crops): Images {
  const { height, width, pixels } = crops
  const values = Float32Array.from(pixels, (byte, index) => (byte / 255 - MEAN[index % 3]) / DEVIATION[index % 3])
  return { batch: countOf(crops), height, width, values }
}

/** Embeddings by our network on the current backend, row by row. */
export async function embedByOurs(backbone: Backbone, parameters: Float32Array, crops: Crops): Promise<Float32Array> {
  const session = networkOf(backbone).open({ parameters, pixels: crops })
  try {
    const batch = Array.from({ length: countOf(crops) }, (_, image) => ({ image, mirrored: false, down: 0, right: 0 }))
    const tensor = session.embed(batch)
    const embeddings = Float32Array.from(await tensor.data<'float32'>())
    tensor.dispose()
    return embeddings
  } finally {
    session.dispose()
  }
}

export function largestDifference(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return Infinity
  return a.reduce((largest, value, index) => Math.max(largest, Math.abs(value - b[index])), 0)
}
