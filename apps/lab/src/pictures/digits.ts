import type { Raster } from '@passerby/crops'
import { type Colour, fill, type Place } from './picture.ts'

/** Three columns and five rows each, row by row. */
const SHAPES = [
  '111101101101111',
  '010110010010111',
  '111001111100111',
  '111001111001111',
  '101101111001001',
  '111100111001111',
  '111100111101111',
  '111001001010010',
  '111101111101111',
  '111101111001111',
]

/** Pixels per dot. */
const DOT = 2
const STEP = 4 * DOT

/** A whole number in digits ten pixels high, its upper left corner at `place`. */
export function writeNumber(on: Raster, number: number, { x, y, colour }: Place & { readonly colour: Colour }): void {
  for (const [at, digit] of String(number).split('').entries())
    for (const [dot, set] of (SHAPES[Number(digit)] ?? '').split('').entries())
      if (set === '1')
        fill(
          on,
          { x: x + at * STEP + (dot % 3) * DOT, y: y + Math.floor(dot / 3) * DOT, height: DOT, width: DOT },
          colour,
        )
}

/** Pixels that a number is wide. */
export function widthOf(number: number): number {
  return String(number).length * STEP - DOT
}
