/** Crops, where a network answers to them, and both together, as torchreid's `visualize_actmap` lays them out. */
import { heatColour, type Raster } from '@passerby/crops'
import { paste, picture } from './picture.ts'

export interface Activated {
  readonly crop: Raster
  /** `height × width` values from 0 to 1. */
  readonly map: Float32Array
  readonly height: number
  readonly width: number
}

const GAP = 4
const MARGIN = 12
/** Between two crops. */
const DIVISION = 16
/** Crops beside each other. */
const COLUMNS = 4
/** Of the map where both lie over each other; torchreid has 0.7, which hides the crop. */
const OPACITY = 0.55

/** Crops of one size. Throws `RangeError` when there is none. */
export function activationSheet(all: readonly Activated[]): Raster {
  const [first] = all
  if (first === undefined) throw new RangeError('activationSheet: there is no crop')
  const { height, width } = first.crop
  const group = 3 * width + 2 * GAP + DIVISION
  const columns = Math.min(COLUMNS, all.length)
  const sheet = picture(
    2 * MARGIN + Math.ceil(all.length / columns) * (height + GAP) - GAP,
    2 * MARGIN + columns * group - DIVISION,
  )
  for (const [at, activated] of all.entries()) {
    const y = MARGIN + Math.floor(at / columns) * (height + GAP)
    const x = MARGIN + (at % columns) * group
    const map = mapPicture(activated, { height, width })
    const images = [activated.crop, map, blended(activated.crop, map)]
    for (const [step, image] of images.entries()) paste(sheet, image, { x: x + step * (width + GAP), y })
  }
  return sheet
}

/** A map as colours, interpolated between the centres of its places. */
export function mapPicture(
  { map, height, width }: Pick<Activated, 'map' | 'height' | 'width'>,
  size: { readonly height: number; readonly width: number },
): Raster {
  const image = picture(size.height, size.width)
  for (let y = 0; y < size.height; y++) {
    const [top, bottom, down] = between(((y + 0.5) * height) / size.height - 0.5, height)
    for (let x = 0; x < size.width; x++) {
      const [left, right, across] = between(((x + 0.5) * width) / size.width - 0.5, width)
      const value = (row: number) => mixed(map[row * width + left], map[row * width + right], across)
      const colour = heatColour(mixed(value(top), value(bottom), down))
      image.pixels.set(colour.map(Math.round), (y * size.width + x) * 3)
    }
  }
  return image
}

/** The two nearest of `count` positions, and how far it is from the first to the second. */
function between(position: number, count: number): readonly [first: number, second: number, share: number] {
  const within = Math.min(count - 1, Math.max(0, position))
  const first = Math.floor(within)
  return [first, Math.min(count - 1, first + 1), within - first]
}

const mixed = (a: number, b: number, share: number) => a + (b - a) * share

function blended(crop: Raster, map: Raster): Raster {
  return { ...crop, pixels: crop.pixels.map((value, at) => Math.round(mixed(value, map.pixels[at], OPACITY))) }
}
