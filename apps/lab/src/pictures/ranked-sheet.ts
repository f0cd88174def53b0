/** Queries and what was found for each, best first: frames and signs say which are right. */
import type { Raster } from '@passerby/crops'
import type { RankedItem } from '@passerby/reid'
import { widthOf, writeNumber } from './digits.ts'
import { BLACK, type Colour, fill, line, paste, picture, type Place, WHITE } from './picture.ts'

export interface SheetRow {
  readonly query: Raster
  readonly items: readonly SheetItem[]
}

export interface SheetItem extends Pick<RankedItem, 'kind' | 'rank'> {
  readonly image: Raster
}

/** Told apart without colours by their signs, and for most colour-blind people by their brightness. */
const COLOURS: Readonly<Record<RankedItem['kind'], Colour>> = {
  right: [26, 140, 62],
  wrong: [214, 39, 40],
  'left-out': [150, 150, 150],
}

const FRAME = 4
const GAP = 6
const MARGIN = 12
/** Of the strip below an image with its sign and rank. */
const STRIP = 18
/** Between a query and what was found. */
const DIVISION = 18

/** Rows of images of one size. Throws `RangeError` when there is no row. */
export function rankedSheet(rows: readonly SheetRow[]): Raster {
  const [first] = rows
  if (first === undefined) throw new RangeError('rankedSheet: there is no query')
  const cell = { height: first.query.height + 2 * FRAME + STRIP, width: first.query.width + 2 * FRAME }
  const columns = Math.max(...rows.map(({ items }) => items.length))
  const sheet = picture(
    2 * MARGIN + rows.length * cell.height + (rows.length - 1) * GAP,
    2 * MARGIN + cell.width + DIVISION + columns * (cell.width + GAP) - GAP,
  )
  for (const [row, { query, items }] of rows.entries()) {
    const y = MARGIN + row * (cell.height + GAP)
    framed(sheet, query, { x: MARGIN, y, colour: BLACK })
    for (const [at, item] of items.entries()) {
      const x = MARGIN + cell.width + DIVISION + at * (cell.width + GAP)
      const colour = COLOURS[item.kind]
      framed(sheet, item.image, { x, y, colour })
      const strip = { x, y: y + cell.height - STRIP, height: STRIP, width: cell.width }
      fill(sheet, strip, colour)
      sign(sheet, item.kind, { x: x + 4, y: strip.y + 3 })
      if (item.rank !== undefined)
        writeNumber(sheet, item.rank, { x: x + cell.width - 4 - widthOf(item.rank), y: strip.y + 4, colour: WHITE })
    }
  }
  return sheet
}

function framed(on: Raster, image: Raster, { x, y, colour }: Place & { readonly colour: Colour }): void {
  fill(on, { x, y, height: image.height + 2 * FRAME, width: image.width + 2 * FRAME }, colour)
  paste(on, image, { x: x + FRAME, y: y + FRAME })
}

const SIGN = 12
/** Corners of each sign's lines, in a square from 0 to 1: a tick, a cross, a dash. */
const SIGNS: Readonly<Record<RankedItem['kind'], readonly (readonly [Place, Place])[]>> = {
  right: [
    [
      { x: 0.1, y: 0.55 },
      { x: 0.4, y: 0.85 },
    ],
    [
      { x: 0.4, y: 0.85 },
      { x: 0.95, y: 0.15 },
    ],
  ],
  wrong: [
    [
      { x: 0.15, y: 0.15 },
      { x: 0.85, y: 0.85 },
    ],
    [
      { x: 0.15, y: 0.85 },
      { x: 0.85, y: 0.15 },
    ],
  ],
  'left-out': [
    [
      { x: 0.1, y: 0.5 },
      { x: 0.9, y: 0.5 },
    ],
  ],
}

function sign(on: Raster, kind: RankedItem['kind'], { x, y }: Place): void {
  const placed = (place: Place) => ({ x: x + SIGN * place.x, y: y + SIGN * place.y })
  for (const [from, to] of SIGNS[kind]) line(on, [placed(from), placed(to)], { colour: WHITE, thickness: 2.5 })
}
