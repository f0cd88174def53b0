/** What a camera looks at when nobody is there. */
import type { Rng } from '@passerby/reid'
import { hsv, mix, paintStrip, shade, type Canvas, type Colour } from './canvas.ts'

export interface Scene {
  readonly wall: Colour
  readonly floor: Colour
  /** Where the wall meets the floor, as a share of the height. */
  readonly horizon: number
  readonly texture: 'even' | 'bricks' | 'panels' | 'leaves'
  /** Things along the wall, their places in widths of a crop. */
  readonly things: readonly Thing[]
}

interface Thing {
  readonly at: number
  readonly halfWidth: number
  readonly top: number
  readonly bottom: number
  readonly colour: Colour
}

/** A crop shows one part of a scene this many crops wide. */
export const SCENE_WIDTHS = 6

/** `wall` and `floor` are how bright these are, 0 to 1. */
export function drawScene(random: Rng, wall: number, floor: number): Scene {
  const grey = (brightness: number) => hsv(random.uniform(), random.between(0, 0.22), brightness)
  const horizon = random.between(0.3, 0.75)
  return {
    wall: grey(wall),
    floor: grey(floor),
    horizon,
    texture: random.pick(['even', 'bricks', 'panels', 'leaves']),
    things: Array.from({ length: 14 }, () => ({
      at: random.between(0, SCENE_WIDTHS),
      halfWidth: random.between(0.04, 0.3),
      top: random.between(-0.1, horizon),
      bottom: random.between(horizon - 0.05, horizon + 0.3),
      colour: hsv(random.uniform(), random.between(0, 0.6), random.between(0.12, 0.85)),
    })),
  }
}

/** Paints the part of the scene that begins `pan` crop widths from its left end; `zoom` spreads it. */
export function paintScene(on: Canvas, scene: Scene, { pan, zoom }: { pan: number; zoom: number }): void {
  const { height, width, values } = on
  for (let y = 0, to = 0; y < height; y++) {
    const down = y / height
    const wall = down < scene.horizon
    const colour = wall ? scene.wall : shade(scene.floor, 0.8 + 0.3 * (down - scene.horizon))
    for (let x = 0; x < width; x++) {
      const light = wall ? wallTexture(scene, pan * width + x * zoom, y * zoom) : 1
      values[to++] = colour[0] * light
      values[to++] = colour[1] * light
      values[to++] = colour[2] * light
    }
  }
  for (const { at, halfWidth, top, bottom, colour } of scene.things) {
    const middle = ((at - pan) * width) / zoom
    const strip = { from: { x: middle, y: top * height }, to: { x: middle, y: bottom * height } }
    const half = (halfWidth * width) / zoom
    if (middle + half < 0 || middle - half > width) continue
    paintStrip(on, { ...strip, startWidth: half, endWidth: half, corners: 1 }, (across, along) =>
      shade(mix(colour, scene.wall, 0.15), 1.05 - 0.15 * along - 0.1 * across),
    )
  }
}

function wallTexture({ texture }: Scene, x: number, y: number): number {
  switch (texture) {
    case 'even':
      return 1
    case 'bricks':
      return y % 7 < 1 || (x + (Math.floor(y / 7) % 2) * 8) % 16 < 1 ? 0.82 : 1
    case 'panels':
      return x % 22 < 1.5 ? 0.75 : 1
    case 'leaves':
      return 0.85 + 0.3 * Math.sin(x * 0.9 + 3 * Math.sin(y * 0.35)) * Math.sin(y * 0.8 + 2 * Math.sin(x * 0.27))
  }
}
