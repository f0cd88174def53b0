/** Bitmaps for tests, written by the format's description. Pixel (x, y) is `[10x, 10y, 200]`. */

const HEADERS = 54

const headers = (sizes: { width: number; height: number; depth: number; palette?: number; rows: number }) => {
  const { width, height, depth, palette = 0, rows } = sizes
  const bytes = new Uint8Array(HEADERS + palette * 4 + rows)
  const view = new DataView(bytes.buffer)
  bytes.set([0x42, 0x4d])
  view.setUint32(2, bytes.length, true)
  view.setUint32(10, HEADERS + palette * 4, true)
  view.setUint32(14, 40, true)
  view.setInt32(18, width, true)
  view.setInt32(22, height, true)
  view.setUint16(26, 1, true)
  view.setUint16(28, depth, true)
  view.setUint32(46, palette, true)
  return bytes
}

/** 24 or 32 bits per pixel; a negative height stores rows from the top. */
export function bmp24(width: number, height: number, depth: 24 | 32 = 24): Uint8Array {
  const stride = Math.ceil((width * depth) / 32) * 4
  const rows = Math.abs(height)
  const bytes = headers({ width, height, depth, rows: stride * rows })
  for (let y = 0; y < rows; y++) {
    const row = HEADERS + stride * (height < 0 ? y : rows - 1 - y)
    for (let x = 0; x < width; x++) bytes.set([200, 10 * y, 10 * x], row + x * (depth / 8))
  }
  return bytes
}

/** A palette of `2 ** depth` greys; pixel (x, y) has number `(x + y) % 2 ** depth`. */
export function bmpPalette(width: number, height: number, depth: 1 | 4 | 8): Uint8Array {
  const colours = 2 ** depth
  const stride = Math.ceil((width * depth) / 32) * 4
  const bytes = headers({ width, height, depth, palette: colours, rows: stride * height })
  for (let colour = 0; colour < colours; colour++) bytes.set([colour, colour, colour, 0], HEADERS + colour * 4)
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const at = HEADERS + colours * 4 + stride * (height - 1 - y) + Math.floor((x * depth) / 8)
      bytes[at] |= ((x + y) % colours) << (8 - depth - ((x * depth) % 8))
    }
  return bytes
}
