/** A small painter of antialiased shapes, so that a generated person is the same to the bit in Node and in a browser. */

/** RGB in [0, 1], possibly beyond it until the end. */
export type Colour = readonly [red: number, green: number, blue: number]

/** Row-major `height × width × 3`. */
export interface Canvas {
  readonly height: number
  readonly width: number
  readonly values: Float32Array
}

export function canvas(height: number, width: number): Canvas {
  return { height, width, values: new Float32Array(height * width * 3) }
}

/** Colour at a place of a shape: `across` runs from -1 to 1 over its width, `along` from 0 to 1 from its start to its end. */
export type Paint = (across: number, along: number) => Colour

/** A strip around the line from a to b, in pixels; `startWidth` and `endWidth` are half widths. */
export interface Strip {
  readonly from: Point
  readonly to: Point
  readonly startWidth: number
  readonly endWidth: number
  /** Round ends, as a limb has; else flat ones with corners of this radius. */
  readonly corners: 'round' | number
}

export interface Point {
  readonly x: number
  readonly y: number
}

/** Paints a strip over what is there; its edge is one pixel soft. */
export function paintStrip(on: Canvas, strip: Strip, paint: Paint): void {
  const { from, to, startWidth, endWidth, corners } = strip
  const length = Math.max(Math.hypot(to.x - from.x, to.y - from.y), 1e-6)
  const dx = (to.x - from.x) / length
  const dy = (to.y - from.y) / length
  const reach = Math.max(startWidth, endWidth) + 1
  const box = {
    left: Math.min(from.x, to.x) - reach,
    right: Math.max(from.x, to.x) + reach,
    top: Math.min(from.y, to.y) - reach,
    bottom: Math.max(from.y, to.y) + reach,
  }
  paintWithin(on, box, (x, y) => {
    const distance = (x - from.x) * dx + (y - from.y) * dy
    const side = (x - from.x) * dy - (y - from.y) * dx
    const along = Math.min(1, Math.max(0, distance / length))
    const width = startWidth + (endWidth - startWidth) * along
    const over = Math.max(-distance, distance - length)
    const beside = Math.abs(side) - width
    let outside: number
    if (corners === 'round') outside = over > 0 ? Math.hypot(over, side) - width : beside
    else {
      const a = beside + corners
      const b = over + corners
      outside = Math.min(Math.max(a, b), 0) + Math.hypot(Math.max(a, 0), Math.max(b, 0)) - corners
    }
    if (outside >= 0.5) return undefined
    cover.share = Math.min(1, 0.5 - outside)
    return paint(width > 0 ? Math.min(1, Math.max(-1, side / width)) : 0, along)
  })
}

/** Paints an ellipse. `across` and `along` run over its box. */
export function paintEllipse(on: Canvas, at: Point & { rx: number; ry: number }, paint: Paint): void {
  const { rx, ry } = at
  if (rx < 0.3 || ry < 0.3) return
  const box = { left: at.x - rx - 1, right: at.x + rx + 1, top: at.y - ry - 1, bottom: at.y + ry + 1 }
  const scale = Math.min(rx, ry)
  paintWithin(on, box, (x, y) => {
    const u = (x - at.x) / rx
    const v = (y - at.y) / ry
    const outside = (Math.hypot(u, v) - 1) * scale
    if (outside >= 0.5) return undefined
    cover.share = Math.min(1, 0.5 - outside)
    return paint(u, (v + 1) / 2)
  })
}

/** How much of the pixel the shape that is being painted covers; beside the colour to spare an object per pixel. */
const cover = { share: 1 }

interface Box {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

function paintWithin(on: Canvas, box: Box, colourAt: (x: number, y: number) => Colour | undefined): void {
  const right = Math.min(on.width, Math.ceil(box.right))
  const bottom = Math.min(on.height, Math.ceil(box.bottom))
  for (let y = Math.max(0, Math.floor(box.top)); y < bottom; y++) {
    for (let x = Math.max(0, Math.floor(box.left)); x < right; x++) {
      const colour = colourAt(x + 0.5, y + 0.5)
      if (colour === undefined) continue
      const at = (y * on.width + x) * 3
      for (let channel = 0; channel < 3; channel++)
        on.values[at + channel] += (colour[channel] - on.values[at + channel]) * cover.share
    }
  }
}

/** Brightened or darkened. */
export function shade(colour: Colour, by: number): Colour {
  return [colour[0] * by, colour[1] * by, colour[2] * by]
}

export function mix(a: Colour, b: Colour, share: number): Colour {
  return [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share]
}

/** From hue in turns, saturation and value in [0, 1]. */
export function hsv(hue: number, saturation: number, value: number): Colour {
  const channel = (offset: number) => {
    const k = (offset + hue * 6) % 6
    return value - value * saturation * Math.max(0, Math.min(k, 4 - k, 1))
  }
  return [channel(5), channel(3), channel(1)]
}
