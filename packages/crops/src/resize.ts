/**
 * Bilinear resize with antialiasing, to the bit what Pillow's `Image.resize(…, BILINEAR)` gives (and so torchvision's
 * `Resize` on Pillow images): a triangle as wide as the shrinking asks for, a horizontal pass, then a vertical one, weights
 * as 22-bit fixed-point numbers, eight bits kept between the passes. One implementation for Node and browser, since
 * every decoder's own scaler differs.
 */
import type { Raster } from './crop.ts'

/** Throws `RangeError` unless the sizes are positive integers. Returns the image itself when it has the size already. */
export function resize(image: Raster, height: number, width: number): Raster {
  for (const side of [height, width, image.height, image.width])
    if (!Number.isInteger(side) || side < 1) throw new RangeError(`resize: a side of ${side} pixels`)
  const { pixels } = image
  const narrow =
    width === image.width ? pixels : resample(pixels, contributions(image.width, width), rows(image, width))
  if (height === image.height) return { height, width, pixels: narrow }
  const columns = { lines: width, lineStep: 3, step: width * 3, outLineStep: 3, outStep: width * 3 }
  return { height, width, pixels: resample(narrow, contributions(image.height, height), columns) }
}

const BITS = 22
const HALF = 1 << (BITS - 1)

/** For each output position: its first input position, and `taps` weights, those of shorter windows padded with 0. */
interface Contributions {
  readonly taps: number
  readonly first: Int32Array
  readonly weights: Int32Array
}

/** Kept because a set is resized from few sizes to one. */
const known = new Map<string, Contributions>()
const KNOWN_SIZES = 256

function contributions(from: number, to: number): Contributions {
  const key = `${from}>${to}`
  const found = known.get(key)
  if (found !== undefined) return found
  const scale = from / to
  const stretch = Math.max(scale, 1)
  const taps = Math.ceil(stretch) * 2 + 1
  const first = new Int32Array(to)
  const weights = new Int32Array(to * taps)
  for (let out = 0; out < to; out++) {
    const center = (out + 0.5) * scale
    const start = Math.max(0, Math.trunc(center - stretch + 0.5))
    const end = Math.min(from, Math.trunc(center + stretch + 0.5))
    const window = Array.from({ length: end - start }, (_, at) =>
      Math.max(0, 1 - Math.abs((at + start - center + 0.5) / stretch)),
    )
    const sum = window.reduce((total, weight) => total + weight, 0)
    first[out] = start
    for (const [at, weight] of window.entries())
      weights[out * taps + at] = Math.floor((weight / sum) * (1 << BITS) + 0.5)
  }
  const made = { taps, first, weights }
  if (known.size >= KNOWN_SIZES) known.clear()
  known.set(key, made)
  return made
}

/** How a pass walks: `lines` independent lines, along each of which positions lie `step` values apart. */
interface Walk {
  readonly lines: number
  readonly lineStep: number
  readonly step: number
  readonly outLineStep: number
  readonly outStep: number
}

const rows = (image: Raster, width: number): Walk => ({
  lines: image.height,
  lineStep: image.width * 3,
  step: 3,
  outLineStep: width * 3,
  outStep: 3,
})

function resample(pixels: Uint8Array, { taps, first, weights }: Contributions, walk: Walk): Uint8Array {
  const { lines, lineStep, step, outLineStep, outStep } = walk
  const resized = new Uint8Array(lines * first.length * 3)
  for (let line = 0; line < lines; line++) {
    for (let out = 0; out < first.length; out++) {
      let red = HALF
      let green = HALF
      let blue = HALF
      let at = line * lineStep + first[out] * step
      for (let tap = out * taps; tap < (out + 1) * taps; tap++, at += step) {
        const weight = weights[tap]
        if (weight === 0) continue
        red += pixels[at] * weight
        green += pixels[at + 1] * weight
        blue += pixels[at + 2] * weight
      }
      const to = line * outLineStep + out * outStep
      resized[to] = Math.min(255, red >> BITS)
      resized[to + 1] = Math.min(255, green >> BITS)
      resized[to + 2] = Math.min(255, blue >> BITS)
    }
  }
  return resized
}
