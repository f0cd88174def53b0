/** What a generated camera does to a picture. Everything varies from camera to camera and, less, from image to image. */
import type { Rng } from '@passerby/reid'
import type { Canvas } from './canvas.ts'
import { drawScene, type Scene } from './scene.ts'

export interface Camera {
  readonly scene: Scene
  /** Usual turn of passers-by, and how often they walk the other way. */
  readonly yaw: number
  readonly turned: number
  readonly elevation: number
  readonly scale: number
  readonly stretch: number
  readonly tone: Tone
  /** Standard deviation in pixels. */
  readonly blur: number
  /** Standard deviation as a share of white. */
  readonly noise: number
  /** Share of crops in which something stands before the person. */
  readonly occluded: number
}

/** How light becomes numbers. */
export interface Tone {
  readonly gain: number
  /** Per channel; their product is about 1. */
  readonly cast: readonly [number, number, number]
  readonly gamma: number
  readonly saturation: number
  /** Share of grey veil: fog, glass, a cheap lens. */
  readonly haze: number
}

/**
 * Cameras of one seed are spread apart: drawn independently, two would now and then be alike and the task easy. Those of a
 * `place` share its light and streets, and places are spread apart as cameras are.
 */
export function drawCamera(random: Rng, index: number, place?: number): Camera {
  const common = random.split('common')
  const own = random.split('camera', index)
  let property = 0
  const spread = (low: number, high: number) => {
    const drawn = (common.uniform() + index * GOLDEN) % 1
    property += 1
    if (place === undefined) return low + (high - low) * drawn
    const centre = ((place + 1) * property * GOLDEN) % 1
    return low + (high - low) * (centre * (1 - WITHIN_A_PLACE) + drawn * WITHIN_A_PLACE)
  }
  const warmth = spread(-0.22, 0.22)
  const green = own.normal() * 0.04
  return {
    scene: drawScene(own.split('scene'), spread(0.4, 0.64), spread(0.4, 0.64)),
    yaw: spread(-Math.PI, Math.PI),
    turned: own.between(0.15, 0.4),
    elevation: spread(0.05, 0.5),
    scale: spread(0.93, 1.06),
    stretch: spread(1.1, 1.38),
    tone: {
      gain: Math.exp(spread(-0.32, 0.22)),
      cast: [Math.exp(warmth), Math.exp(green), Math.exp(-warmth - green)],
      gamma: Math.exp(spread(-0.25, 0.25)),
      saturation: spread(0.5, 1.1),
      haze: spread(0, 0.2),
    },
    blur: own.between(0.4, 1.2),
    noise: own.between(0.01, 0.04),
    occluded: own.between(0.02, 0.15),
  }
}

/** How much of a property's whole range the cameras of one place take up. */
const WITHIN_A_PLACE = 0.4

/** Multiples of the golden ratio, without their whole parts, fall evenly however many there are. */
const GOLDEN = (Math.sqrt(5) - 1) / 2

/** Light changes over a day: the tone of one image. */
export function toneNow({ tone }: Camera, random: Rng): Tone {
  const warmth = random.normal() * 0.06
  return {
    ...tone,
    gain: tone.gain * Math.exp(random.normal() * 0.2),
    cast: [tone.cast[0] * Math.exp(warmth), tone.cast[1], tone.cast[2] * Math.exp(-warmth)],
    haze: tone.haze * random.between(0.5, 1.5),
  }
}

/** Applies gain, cast, gamma, saturation and haze, in place. */
export function applyTone({ values }: Canvas, { gain, cast, gamma, saturation, haze }: Tone): void {
  const curve = gammaCurve(gamma)
  for (let at = 0; at < values.length; at += 3) {
    const red = curve(values[at] * gain * cast[0])
    const green = curve(values[at + 1] * gain * cast[1])
    const blue = curve(values[at + 2] * gain * cast[2])
    const grey = 0.3 * red + 0.59 * green + 0.11 * blue
    values[at] = veil(grey + (red - grey) * saturation, haze)
    values[at + 1] = veil(grey + (green - grey) * saturation, haze)
    values[at + 2] = veil(grey + (blue - grey) * saturation, haze)
  }
}

const veil = (value: number, haze: number) => value + (0.6 - value) * haze

/** Values above 1 are clipped, as a sensor does. */
function gammaCurve(gamma: number): (value: number) => number {
  const table = Float32Array.from({ length: 1025 }, (_, at) => (at / 1024) ** gamma)
  return (value) => table[Math.min(1024, Math.max(0, Math.round(value * 1024)))]
}

/** Gaussian blur, edges continued; `sigma` in pixels. */
export function blurred({ height, width, values }: Canvas, sigma: number): Canvas {
  const radius = Math.ceil(sigma * 2)
  const weights = Array.from({ length: 2 * radius + 1 }, (_, at) => Math.exp(-((at - radius) ** 2) / (2 * sigma ** 2)))
  const sum = weights.reduce((total, weight) => total + weight, 0)
  const row = width * 3
  const across = new Float32Array(values.length)
  const padded = new Float32Array(row + radius * 6)
  for (let y = 0; y < height; y++) {
    padded.set(values.subarray(y * row, (y + 1) * row), radius * 3)
    for (let at = radius * 3 - 1; at >= 0; at--) padded[at] = padded[at + 3]
    for (let at = radius * 3 + row; at < padded.length; at++) padded[at] = padded[at - 3]
    for (const [tap, weight] of weights.entries())
      add({ from: padded, at: tap * 3, share: weight / sum }, across.subarray(y * row, (y + 1) * row))
  }
  const both = new Float32Array(values.length)
  for (let y = 0; y < height; y++) {
    for (const [tap, weight] of weights.entries()) {
      const line = Math.min(height - 1, Math.max(0, y + tap - radius))
      add({ from: across, at: line * row, share: weight / sum }, both.subarray(y * row, (y + 1) * row))
    }
  }
  return { height, width, values: both }
}

function add({ from, at, share }: { from: Float32Array; at: number; share: number }, to: Float32Array): void {
  for (let i = 0; i < to.length; i++) to[i] += share * from[at + i]
}
