import sharp from 'sharp'
import { decodeBmp } from '../bmp.ts'
import type { Raster } from '../crop.ts'
import { CropsError } from '../errors.ts'
import { imageContent } from '../image-content.ts'

/**
 * Decodes JPEG, PNG, WebP (libvips) and BMP to RGB as a browser does: transparent parts on black, no colour profile
 * applied, turned as EXIF says. Throws `CropsError('unreadable')` with the reason.
 */
export async function decodeImage(bytes: Uint8Array): Promise<Raster> {
  const content = imageContent(bytes)
  if (!content.readable) throw new CropsError('unreadable', content.reason)
  if (content.type === 'bmp') return decodeBmp(bytes)
  try {
    const { data, info } = await sharp(bytes, { failOn: 'error', ignoreIcc: true })
      .autoOrient()
      .toColourspace('srgb')
      .flatten({ background: '#000' })
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true })
    return { height: info.height, width: info.width, pixels: new Uint8Array(data) }
  } catch (error) {
    throw new CropsError('unreadable', `damaged ${content.type.toUpperCase()}`, error)
  }
}
