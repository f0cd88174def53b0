/**
 * Windows bitmaps, which sharp's prebuilt library cannot read and VIPeR is made of: uncompressed, 24 or 32 bits, or
 * a palette of 1, 4 or 8 bits, either row order. Run-length and other compressed bitmaps are refused by name.
 */
import type { Raster } from './crop.ts'
import { CropsError } from './errors.ts'

/** Pixels as RGB; alpha, where there is any, is ignored, as most viewers do. Throws `CropsError('unreadable')`. */
export function decodeBmp(bytes: Uint8Array): Raster {
  if (bytes.length < 54 || bytes[0] !== 0x42 || bytes[1] !== 0x4d) throw unreadable('not a BMP of Windows 3 or later')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const start = view.getUint32(10, true)
  const headerSize = view.getUint32(14, true)
  const width = view.getInt32(18, true)
  const signedHeight = view.getInt32(22, true)
  const depth = view.getUint16(28, true)
  const compression = view.getUint32(30, true)
  const colours = view.getUint32(46, true) || 2 ** depth
  if (headerSize < 40) throw unreadable('a BMP older than Windows 3')
  if (compression !== 0) throw unreadable(`a compressed BMP (method ${compression})`)
  if (![1, 4, 8, 24, 32].includes(depth)) throw unreadable(`a BMP of ${depth} bits per pixel`)
  const height = Math.abs(signedHeight)
  const stride = Math.ceil((width * depth) / 32) * 4
  if (width < 1 || height < 1 || start + stride * height > bytes.length) throw unreadable('a truncated BMP')
  const palette = 14 + headerSize
  if (depth <= 8 && palette + colours * 4 > bytes.length) throw unreadable('a truncated BMP')
  const pixels = new Uint8Array(height * width * 3)
  for (let y = 0; y < height; y++) {
    const row = start + stride * (signedHeight < 0 ? y : height - 1 - y)
    for (let x = 0; x < width; x++) {
      const from = depth > 8 ? row + x * (depth / 8) : palette + 4 * paletteIndex(bytes, row, x, depth)
      const to = (y * width + x) * 3
      pixels[to] = bytes[from + 2]
      pixels[to + 1] = bytes[from + 1]
      pixels[to + 2] = bytes[from]
    }
  }
  return { height, width, pixels }
}

/** Pixels lie in a byte from the highest bit down. */
function paletteIndex(bytes: Uint8Array, row: number, x: number, depth: number): number {
  const bit = x * depth
  return (bytes[row + (bit >> 3)] >> (8 - depth - (bit & 7))) & (2 ** depth - 1)
}

const unreadable = (what: string) => new CropsError('unreadable', `Cannot read ${what}: convert it to PNG`)
