/** Loops over sliding windows, and how many numbers each kernel's operands have, for the kernels' twins. */

/** Calls `visit` with every position below `counts`, the last running fastest. */
export function each(counts: readonly number[], visit: (...position: number[]) => void, position: number[] = []): void {
  const [count, ...rest] = counts
  if (count === undefined) return visit(...position)
  for (let i = 0; i < count; i++) each(rest, visit, [...position, i])
}

export interface Window {
  batch: number
  height: number
  width: number
  outHeight: number
  outWidth: number
  kernel: number
  stride: number
  padding: number
}

/** Calls `visit(tap, input pixel, output pixel)` for all that meet, pixels counted through the batch. */
export function overlaps(window: Window, visit: (tap: number, input: number, output: number) => void): void {
  const { batch, height, width, outHeight, outWidth, kernel, stride, padding } = window
  each([batch, outHeight, outWidth, kernel, kernel], (...position) => {
    const [n, oy, ox, ky, kx] = position
    const [iy, ix] = [oy * stride + ky - padding, ox * stride + kx - padding]
    if (iy < 0 || iy >= height || ix < 0 || ix >= width) return
    visit(ky * kernel + kx, (n * height + iy) * width + ix, (n * outHeight + oy) * outWidth + ox)
  })
}

type MapSizes = { batch: number; height: number; width: number; channels: number }
const mapSize = (s: MapSizes) => s.batch * s.height * s.width * s.channels

export const productNeeds = (s: { rows: number; inner: number; columns: number }) => ({
  x: s.rows * s.inner,
  dx: s.rows * s.inner,
  w: s.inner * s.columns,
  dw: s.inner * s.columns,
  y: s.rows * s.columns,
  dy: s.rows * s.columns,
  bias: s.columns,
  dbias: s.columns,
})

export type ConvSizes = Window & { inputs: number; outputs: number }
export const convNeeds = (s: ConvSizes) => ({
  x: s.batch * s.height * s.width * s.inputs,
  dx: s.batch * s.height * s.width * s.inputs,
  w: s.kernel ** 2 * s.inputs * s.outputs,
  dw: s.kernel ** 2 * s.inputs * s.outputs,
  y: s.batch * s.outHeight * s.outWidth * s.outputs,
  dy: s.batch * s.outHeight * s.outWidth * s.outputs,
})

export type DepthwiseSizes = Omit<Window, 'kernel' | 'padding'> & { channels: number }
export const depthwiseNeeds = (s: DepthwiseSizes) => ({
  x: mapSize(s),
  dx: mapSize(s),
  y: s.batch * s.outHeight * s.outWidth * s.channels,
  dy: s.batch * s.outHeight * s.outWidth * s.channels,
  w: 9 * s.channels,
  dw: 9 * s.channels,
})

export const normNeeds = (s: { rows: number; channels: number }) => ({
  x: s.rows * s.channels,
  y: s.rows * s.channels,
  dy: s.rows * s.channels,
  dx: s.rows * s.channels,
  gamma: s.channels,
  beta: s.channels,
  mean: s.channels,
  variance: s.channels,
  dgamma: s.channels,
  dbeta: s.channels,
  saved: 2 * s.channels,
})

export type PoolSizes = Omit<Window, 'padding'> & { channels: number }
export const poolNeeds = (s: PoolSizes) => ({
  x: mapSize(s),
  dx: mapSize(s),
  y: s.batch * s.outHeight * s.outWidth * s.channels,
  dy: s.batch * s.outHeight * s.outWidth * s.channels,
})

export type PixelSizes = { batch: number; pixels: number; channels: number }
export const averageNeeds = (s: PixelSizes) => ({
  x: s.batch * s.pixels * s.channels,
  dx: s.batch * s.pixels * s.channels,
  y: s.batch * s.channels,
  dy: s.batch * s.channels,
})
export const gateNeeds = (s: PixelSizes) => ({
  ...averageNeeds(s),
  y: s.batch * s.pixels * s.channels,
  dy: s.batch * s.pixels * s.channels,
  factors: s.batch * s.channels,
})

export type GateLayers = { batch: number; channels: number; units: number }
export const gateLayerNeeds = ({ batch, channels, units }: GateLayers) => ({
  means: batch * channels,
  hidden: batch * units,
  dlogits: batch * channels,
  dhidden: batch * units,
  w1: channels * units,
  b1: units,
  w2: units * channels,
  b2: channels,
  dw1: channels * units,
  db1: units,
  dw2: units * channels,
  db2: channels,
})

export const countNeeds = ({ count }: { count: number }) => ({
  x: count,
  y: count,
  a: count,
  b: count,
  dx: count,
  dy: count,
})
