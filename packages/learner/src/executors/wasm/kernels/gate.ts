/**
 * A channel gate's two ends, on `batch` maps of `pixels × channels`: the mean over space y[c] = mean_p x[p][c], and the
 * product y[p][c] = x[p][c] · factor[c].
 */
import { loadLanes, multiplyAdd, storeLanes } from './lanes'

export function globalAverage(x: usize, y: usize, batch: i32, pixels: i32, channels: i32): void {
  const pixel: usize = (<usize>channels) << 2
  const share = f32x4.splat(1 / <f32>pixels)
  for (let n = 0; n < batch; n++, x += <usize>pixels * pixel, y += pixel) {
    for (let c = 0; c < channels; c += 4) {
      const lanes = min(channels - c, 4)
      let from = x + ((<usize>c) << 2)
      let sum = f32x4.splat(0)
      for (let p = 0; p < pixels; p++, from += pixel) sum = f32x4.add(sum, loadLanes(from, lanes))
      storeLanes(y + ((<usize>c) << 2), f32x4.mul(sum, share), lanes)
    }
  }
}

/** dx[p][c] (+)= dy[c] / pixels */
export function globalAverageGradient(
  dy: usize,
  dx: usize,
  batch: i32,
  pixels: i32,
  channels: i32,
  accumulate: i32,
): void {
  const pixel: usize = (<usize>channels) << 2
  const share = f32x4.splat(1 / <f32>pixels)
  for (let n = 0; n < batch; n++, dx += <usize>pixels * pixel, dy += pixel) {
    for (let c = 0; c < channels; c += 4) {
      const lanes = min(channels - c, 4)
      const part = f32x4.mul(loadLanes(dy + ((<usize>c) << 2), lanes), share)
      let to = dx + ((<usize>c) << 2)
      for (let p = 0; p < pixels; p++, to += pixel) {
        storeLanes(to, accumulate ? f32x4.add(loadLanes(to, lanes), part) : part, lanes)
      }
    }
  }
}

export function gate(x: usize, factor: usize, y: usize, batch: i32, pixels: i32, channels: i32): void {
  const pixel: usize = (<usize>channels) << 2
  for (let n = 0; n < batch; n++, factor += pixel) {
    for (let c = 0; c < channels; c += 4) {
      const lanes = min(channels - c, 4)
      const f = loadLanes(factor + ((<usize>c) << 2), lanes)
      let at = <usize>(n * pixels) * pixel + ((<usize>c) << 2)
      for (let p = 0; p < pixels; p++, at += pixel) storeLanes(y + at, f32x4.mul(loadLanes(x + at, lanes), f), lanes)
    }
  }
}

/** dx = dy·factor, dfactor[c] = Σ_p dy[p][c]·x[p][c] */
export function gateGradient(
  x: usize,
  factor: usize,
  dy: usize,
  dx: usize,
  dfactor: usize,
  batch: i32,
  pixels: i32,
  channels: i32,
): void {
  const pixel: usize = (<usize>channels) << 2
  for (let n = 0; n < batch; n++, factor += pixel, dfactor += pixel) {
    for (let c = 0; c < channels; c += 4) {
      const lanes = min(channels - c, 4)
      const f = loadLanes(factor + ((<usize>c) << 2), lanes)
      let sum = f32x4.splat(0)
      let at = <usize>(n * pixels) * pixel + ((<usize>c) << 2)
      for (let p = 0; p < pixels; p++, at += pixel) {
        const g = loadLanes(dy + at, lanes)
        sum = multiplyAdd(sum, g, loadLanes(x + at, lanes))
        storeLanes(dx + at, f32x4.mul(g, f), lanes)
      }
      storeLanes(dfactor + ((<usize>c) << 2), sum, lanes)
    }
  }
}
