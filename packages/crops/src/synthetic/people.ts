/**
 * Synthetic people: crops that nobody has to consent to, with the difficulties of real ones. An identity is clothes,
 * hair, skin, build, bag and gait; a camera is scene, viewpoint, light, colour, blur and noise. The same seed gives
 * the same pixels in Node and in a browser, whoever renders which image first.
 */
import { rng, type Rng } from '@passerby/reid'
import { encode } from 'fast-png'
import type { Crop, CropSet, PixelSet, Raster } from '../crop.ts'
import { drawAppearance, type Appearance } from './appearance.ts'
import { applyTone, blurred, drawCamera, toneNow, type Camera } from './camera.ts'
import { canvas, hsv, paintStrip, shade, type Canvas } from './canvas.ts'
import { drawFigure } from './figure.ts'
import type { View } from './pose.ts'
import { paintScene, SCENE_WIDTHS } from './scene.ts'

export const SYNTHETIC_HEIGHT = 128
export const SYNTHETIC_WIDTH = 64
const VALUES = SYNTHETIC_HEIGHT * SYNTHETIC_WIDTH * 3

export interface SyntheticOptions {
  readonly identities: number
  readonly cameras: number
  readonly imagesPerCamera: number
  readonly seed: number
  /** Number of the first identity, 1 by default: people of one seed differ by number, so ranges that do not meet share nobody. */
  readonly firstIdentity?: number
  /** Cameras of one place are alike in light and streets, from 0; without it they are spread as far apart as they go. */
  readonly place?: number
}

interface Shot {
  readonly name: string
  readonly identity: string
  readonly camera: string
  readonly render: () => Raster
}

/** Crops named `<identity>/<camera>_<image>.png`, sorted by name; each is painted when it is read. */
export function syntheticPeople(options: SyntheticOptions): CropSet {
  return shots(options).map(({ name, identity, camera, render }): Crop => {
    const read = async () => {
      const { height, width, pixels } = render()
      return encode({ height, width, data: pixels, channels: 3, depth: 8 })
    }
    return { name, identity, camera, size: VALUES, read }
  })
}

/** The same people as pixels, without the way through PNG. */
export function syntheticPixels(options: SyntheticOptions): PixelSet {
  const all = shots(options)
  const pixels = new Uint8Array(all.length * VALUES)
  for (const [index, shot] of all.entries()) pixels.set(shot.render().pixels, index * VALUES)
  return {
    height: SYNTHETIC_HEIGHT,
    width: SYNTHETIC_WIDTH,
    pixels,
    names: all.map((shot) => shot.name),
    identities: all.map((shot) => shot.identity),
    cameras: all.map((shot) => shot.camera),
  }
}

function shots({
  identities,
  cameras,
  imagesPerCamera,
  seed,
  firstIdentity = 1,
  place,
}: SyntheticOptions): readonly Shot[] {
  for (const count of [identities, cameras, imagesPerCamera, firstIdentity])
    if (!Number.isInteger(count) || count < 1) throw new RangeError(`syntheticPeople: ${count} is no count`)
  const random = rng(seed, 'synthetic people')
  const views = Array.from({ length: cameras }, (_, index) => drawCamera(random.split('cameras'), index, place))
  const grain = noiseTable(random.split('grain'))
  return Array.from({ length: identities }, (_, index) => firstIdentity + index).flatMap((number) => {
    const identity = String(number).padStart(4, '0')
    const who = drawAppearance(random.split('identity', number))
    return views.flatMap((view, at) =>
      Array.from({ length: imagesPerCamera }, (_, image): Shot => {
        const camera = `c${at + 1}`
        const moment = random.split('image', number, at + 1, image + 1)
        const name = `${identity}/${camera}_${String(image + 1).padStart(2, '0')}.png`
        return { name, identity, camera, render: () => photograph(who, view, { random: moment, grain }) }
      }),
    )
  })
}

/** One picture. Calling it twice with the same fresh `random` gives the same pixels. */
function photograph(who: Appearance, camera: Camera, film: { random: Rng; grain: Float32Array }): Raster {
  const random = film.random.split('moment')
  const picture = canvas(SYNTHETIC_HEIGHT, SYNTHETIC_WIDTH)
  paintScene(picture, camera.scene, { pan: random.between(0, SCENE_WIDTHS - 1), zoom: random.between(0.8, 1.25) })
  const view = viewOf(camera, random)
  const light = random.between(-1, 1)
  if (random.uniform() < 0.25) paintStranger(picture, view, random)
  drawFigure(picture, who, view, { phase: random.between(0, 2 * Math.PI), light })
  if (random.uniform() < camera.occluded) paintObstacle(picture, random)
  applyTone(picture, toneNow(camera, random))
  const soft = blurred(picture, camera.blur * random.between(0.8, 1.5))
  return develop(soft, { grain: film.grain, noise: camera.noise, from: random.int(VALUES) })
}

function viewOf(camera: Camera, random: Rng): View {
  const turned = random.uniform() < camera.turned ? Math.PI : 0
  return {
    yaw: camera.yaw + turned + random.normal() * 0.45,
    elevation: camera.elevation + random.normal() * 0.04,
    scale: 113 * camera.scale * random.between(0.88, 1.1),
    stretch: camera.stretch * random.between(0.95, 1.05),
    foot: { x: SYNTHETIC_WIDTH / 2 + random.normal() * 5.2, y: 122 + random.normal() * 4 },
  }
}

/** Somebody else walks at the crop's edge. */
function paintStranger(picture: Canvas, view: View, random: Rng): void {
  const side = random.uniform() < 0.5 ? -1 : 1
  const foot = { x: view.foot.x + side * random.between(26, 36), y: view.foot.y - random.between(2, 14) }
  const aside = { ...view, scale: view.scale * random.between(0.8, 0.95), foot, yaw: random.between(-Math.PI, Math.PI) }
  drawFigure(picture, drawAppearance(random.split('stranger')), aside, { phase: random.between(0, 6), light: 0 })
}

/** A post at one side, or a bench or car before the legs. */
function paintObstacle(picture: Canvas, random: Rng): void {
  const colour = hsv(random.uniform(), random.between(0, 0.6), random.between(0.1, 0.8))
  const paint = (across: number) => shade(colour, 1 - 0.2 * across)
  if (random.uniform() < 0.5) {
    const x = random.uniform() < 0.5 ? random.between(0, 20) : random.between(44, 64)
    const half = random.between(3, 9)
    paintStrip(picture, { from: { x, y: -5 }, to: { x, y: 135 }, startWidth: half, endWidth: half, corners: 0 }, paint)
  } else {
    const top = random.between(78, 105)
    paintStrip(
      picture,
      { from: { x: 32, y: top }, to: { x: 32, y: 140 }, startWidth: 40, endWidth: 40, corners: 2 },
      paint,
    )
  }
}

/** Normal numbers, drawn once and read from a random place, since drawing them anew would take most of the time. */
function noiseTable(random: Rng): Float32Array {
  return new Float32Array(2 * VALUES).map(() => random.normal())
}

/** Adds grain and rounds to bytes; the clamped array cuts off what is beyond black and white. */
function develop(
  { height, width, values }: Canvas,
  film: { grain: Float32Array; noise: number; from: number },
): Raster {
  const pixels = new Uint8ClampedArray(VALUES)
  const { grain, noise, from } = film
  for (let at = 0; at < VALUES; at++) pixels[at] = 255 * (values[at] + noise * grain[from + at])
  return { height, width, pixels: new Uint8Array(pixels.buffer) }
}
