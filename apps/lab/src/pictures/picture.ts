/** A small painter on bytes, for sheets that are written as PNG. */
import type { Raster } from '@passerby/crops'
import { encode } from 'fast-png'

export type Colour = readonly [red: number, green: number, blue: number]

export interface Place {
  readonly x: number
  readonly y: number
}

export const WHITE: Colour = [255, 255, 255]
export const BLACK: Colour = [32, 32, 32]

/** An empty picture of one colour. */
export function picture(height: number, width: number, colour: Colour = WHITE): Raster {
  const all = { height, width, pixels: new Uint8Array(height * width * 3) }
  fill(all, { x: 0, y: 0, height, width }, colour)
  return all
}

/** What is outside the picture is cut off, here and below. */
export function fill(
  on: Raster,
  { x, y, height, width }: Place & { readonly height: number; readonly width: number },
  colour: Colour,
): void {
  for (let row = Math.max(0, y); row < Math.min(on.height, y + height); row++)
    for (let column = Math.max(0, x); column < Math.min(on.width, x + width); column++)
      on.pixels.set(colour, (row * on.width + column) * 3)
}

export function paste(on: Raster, image: Raster, { x, y }: Place): void {
  const width = Math.min(image.width, on.width - x)
  for (let row = 0; row < Math.min(image.height, on.height - y); row++) {
    const from = row * image.width * 3
    on.pixels.set(image.pixels.subarray(from, from + width * 3), ((y + row) * on.width + x) * 3)
  }
}

/** A line with round ends and a soft edge; `thickness` in pixels. */
export function line(
  on: Raster,
  [from, to]: readonly [Place, Place],
  pen: { colour: Colour; thickness: number },
): void {
  const reach = pen.thickness / 2 + 1
  const length = Math.hypot(to.x - from.x, to.y - from.y)
  const left = Math.max(0, Math.floor(Math.min(from.x, to.x) - reach))
  const right = Math.min(on.width, Math.ceil(Math.max(from.x, to.x) + reach))
  const bottom = Math.min(on.height, Math.ceil(Math.max(from.y, to.y) + reach))
  for (let y = Math.max(0, Math.floor(Math.min(from.y, to.y) - reach)); y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const across = { x: x + 0.5 - from.x, y: y + 0.5 - from.y }
      const along = (across.x * (to.x - from.x) + across.y * (to.y - from.y)) / Math.max(length * length, 1e-9)
      const share = Math.min(1, Math.max(0, along))
      const distance = Math.hypot(across.x - share * (to.x - from.x), across.y - share * (to.y - from.y))
      const cover = Math.min(1, Math.max(0, pen.thickness / 2 + 0.5 - distance))
      if (cover === 0) continue
      const at = (y * on.width + x) * 3
      for (let channel = 0; channel < 3; channel++)
        on.pixels[at + channel] += Math.round(cover * (pen.colour[channel] - on.pixels[at + channel]))
    }
  }
}

/** A PNG file. */
export function pngOf({ height, width, pixels }: Raster): Uint8Array {
  return encode({ height, width, data: pixels, channels: 3, depth: 8 })
}
