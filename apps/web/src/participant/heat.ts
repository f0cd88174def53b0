/** How activation maps are drawn, and what they say in numbers. */
import { HEAT, heatColour } from '@passerby/crops'
import type { ActivationMap } from './worker/workbench.ts'

/** Their colours as a CSS gradient, from least to most. */
export const heatGradient = `linear-gradient(to right, ${HEAT.map((colour) => `rgb(${colour.join(' ')})`).join(', ')})`

/** RGBA of a map, opaque. */
export function heatPixels({ height, width, values }: ActivationMap): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(height * width * 4)
  for (const [at, value] of values.entries()) {
    pixels.set([...heatColour(value / 255), 255], at * 4)
  }
  return pixels
}

/** Shares of all activation in the upper, the middle and the lower third of the crops, 0 to 1; `undefined` when there is none. */
export function sharesByThird(
  maps: readonly ActivationMap[],
): readonly [upper: number, middle: number, lower: number] | undefined {
  const sums = [0, 0, 0]
  for (const { height, width, values } of maps)
    for (const [at, value] of values.entries()) sums[Math.floor((3 * (Math.floor(at / width) + 0.5)) / height)] += value
  const [upper, middle, lower] = sums
  const all = upper + middle + lower
  return all > 0 ? [upper / all, middle / all, lower / all] : undefined
}
