/** What a file is by its bytes: names lie (PKU-Reid's `.png` are JPEGs), and half a file shows half a person. */

export type ImageType = 'jpeg' | 'png' | 'webp' | 'bmp'

export type ImageContent =
  | { readonly readable: true; readonly type: ImageType; readonly height: number; readonly width: number }
  | { readonly readable: false; readonly reason: string }

/** A crop of more pixels is a mistake or an attack: decoding it would take a gigabyte. */
const MAX_PIXELS = 64_000_000

/** Type and size from the headers, without decoding. A file that ends too early is unreadable. */
export function imageContent(bytes: Uint8Array): ImageContent {
  if (bytes.length === 0) return unreadable('empty file')
  const found = recognise(bytes)
  if (!found.readable) return found
  const { height, width } = found
  if (height < 1 || width < 1) return unreadable(`an image of ${width}×${height} pixels`)
  if (height * width > MAX_PIXELS) return unreadable(`${width}×${height} pixels are too many for a crop`)
  return found
}

const unreadable = (reason: string): ImageContent => ({ readable: false, reason })
const truncated = (type: string): ImageContent => unreadable(`truncated ${type}: the file ends too early`)

function recognise(bytes: Uint8Array): ImageContent {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (startsWith(bytes, '\xff\xd8\xff')) return jpeg(bytes, view)
  if (startsWith(bytes, '\x89PNG\r\n\x1a\n')) return png(bytes, view)
  if (startsWith(bytes, 'RIFF') && startsWith(bytes, 'WEBP', 8)) return webp(bytes, view)
  if (startsWith(bytes, 'BM')) return bmp(view)
  const known = UNSUPPORTED.find(({ magic, at }) => startsWith(bytes, magic, at))
  return unreadable(known ? `${known.name} is not supported: convert it to JPEG or PNG` : 'not an image')
}

const UNSUPPORTED = [
  { name: 'GIF', magic: 'GIF8', at: 0 },
  { name: 'TIFF', magic: 'II*\0', at: 0 },
  { name: 'TIFF', magic: 'MM\0*', at: 0 },
  { name: 'HEIC', magic: 'ftyphei', at: 4 },
  { name: 'HEIC', magic: 'ftypmif1', at: 4 },
  { name: 'AVIF', magic: 'ftypavi', at: 4 },
  { name: 'JPEG XL', magic: '\xff\x0a', at: 0 },
  { name: 'JPEG XL', magic: 'JXL ', at: 4 },
  { name: 'JPEG 2000', magic: 'jP  ', at: 4 },
]

function startsWith(bytes: Uint8Array, magic: string, at = 0): boolean {
  if (bytes.length < at + magic.length) return false
  for (let i = 0; i < magic.length; i++) if (bytes[at + i] !== magic.charCodeAt(i)) return false
  return true
}

/** Walks the segments up to the scan for the frame's size, then looks for the end marker behind it. */
function jpeg(bytes: Uint8Array, view: DataView): ImageContent {
  let size: { height: number; width: number } | undefined
  for (let at = 2; at + 9 <= bytes.length;) {
    if (bytes[at] !== 0xff) return unreadable('damaged JPEG')
    const marker = bytes[at + 1]
    if (marker === 0xff) {
      at++
      continue
    }
    if (isFrame(marker)) size = { height: view.getUint16(at + 5), width: view.getUint16(at + 7) }
    if (marker === 0xda) {
      if (size === undefined) return unreadable('damaged JPEG')
      return hasEndMarker(bytes, at) ? { readable: true, type: 'jpeg', ...size } : truncated('JPEG')
    }
    at += 2 + view.getUint16(at + 2)
  }
  return truncated('JPEG')
}

/** SOF0 to SOF15, without the tables DHT, JPG and DAC among them. */
const isFrame = (marker: number) =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc

function hasEndMarker(bytes: Uint8Array, from: number): boolean {
  for (let at = bytes.length - 2; at > from; at--) if (bytes[at] === 0xff && bytes[at + 1] === 0xd9) return true
  return false
}

function png(bytes: Uint8Array, view: DataView): ImageContent {
  if (bytes.length < 33) return truncated('PNG')
  for (let at = 8; at + 12 <= bytes.length; at += 12 + view.getUint32(at))
    if (startsWith(bytes, 'IEND', at + 4))
      return { readable: true, type: 'png', width: view.getUint32(16), height: view.getUint32(20) }
  return truncated('PNG')
}

function webp(bytes: Uint8Array, view: DataView): ImageContent {
  if (bytes.length < 30 || view.getUint32(4, true) + 8 > bytes.length) return truncated('WebP')
  const size = (width: number, height: number): ImageContent => ({ readable: true, type: 'webp', height, width })
  if (startsWith(bytes, 'VP8X', 12))
    return size((view.getUint32(24, true) & 0xffffff) + 1, (view.getUint32(26, true) >>> 8) + 1)
  if (startsWith(bytes, 'VP8L', 12)) {
    const packed = view.getUint32(21, true)
    return size((packed & 0x3fff) + 1, ((packed >>> 14) & 0x3fff) + 1)
  }
  if (startsWith(bytes, 'VP8 ', 12)) return size(view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff)
  return unreadable('damaged WebP')
}

function bmp(view: DataView): ImageContent {
  if (view.byteLength < 26) return truncated('BMP')
  if (view.getUint32(2, true) > view.byteLength) return truncated('BMP')
  const old = view.getUint32(14, true) === 12
  const width = old ? view.getUint16(18, true) : Math.abs(view.getInt32(18, true))
  const height = old ? view.getUint16(20, true) : Math.abs(view.getInt32(22, true))
  return { readable: true, type: 'bmp', height, width }
}
