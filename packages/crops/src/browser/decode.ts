import { decodeBmp } from '../bmp.ts'
import type { Raster } from '../crop.ts'
import { CropsError } from '../errors.ts'
import { imageContent } from '../image-content.ts'

/**
 * Decodes JPEG, PNG, WebP (by the browser) and BMP to RGB: transparent parts on black, no colour profile applied, turned
 * as EXIF says (browsers cannot leave that out). Works in pages and workers. Throws `CropsError('unreadable')` with the reason.
 */
export async function decodeImage(bytes: Uint8Array): Promise<Raster> {
  const content = imageContent(bytes)
  if (!content.readable) throw new CropsError('unreadable', content.reason)
  if (content.type === 'bmp') return decodeBmp(bytes)
  const bitmap = await createImageBitmap(new Blob([bytes.slice()]), {
    colorSpaceConversion: 'none',
  }).catch((error: unknown) => {
    throw new CropsError('unreadable', `damaged ${content.type.toUpperCase()}`, error)
  })
  try {
    const { height, width } = bitmap
    const context = new OffscreenCanvas(width, height).getContext('2d', { alpha: false, willReadFrequently: true })
    if (context === null) throw new CropsError('unreadable', 'This browser gives no canvas to read pixels from')
    context.drawImage(bitmap, 0, 0)
    return { height, width, pixels: withoutAlpha(context.getImageData(0, 0, width, height).data) }
  } finally {
    bitmap.close()
  }
}

function withoutAlpha(rgba: Uint8ClampedArray): Uint8Array {
  const pixels = new Uint8Array((rgba.length / 4) * 3)
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3) {
    pixels[to] = rgba[from]
    pixels[to + 1] = rgba[from + 1]
    pixels[to + 2] = rgba[from + 2]
  }
  return pixels
}
