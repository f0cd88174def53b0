/** From dark blue over red and yellow to near white, ever brighter, so that it also reads without colour. */
export const HEAT = [
  [4, 4, 32],
  [60, 12, 108],
  [148, 32, 104],
  [224, 76, 52],
  [250, 160, 28],
  [252, 244, 164],
] as const

/** Red, green and blue, not rounded, of a value from 0 to 1. */
export function heatColour(value: number): readonly [red: number, green: number, blue: number] {
  const position = value * (HEAT.length - 1)
  const from = Math.min(HEAT.length - 2, Math.floor(position))
  const mixed = (channel: 0 | 1 | 2) => {
    const [low, high] = [HEAT[from][channel], HEAT[from + 1][channel]]
    return low + (high - low) * (position - from)
  }
  return [mixed(0), mixed(1), mixed(2)]
}
