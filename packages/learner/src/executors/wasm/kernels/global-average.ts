/** Means over space of `batch` maps of `pixels × channels`, y = mean_p x[p], and their gradient dx[p] (+)= dy / pixels. */
import { loadLanes, storeLanes } from './lanes'
import { columnSums, scale } from './vectors'

export function globalAverage(x: usize, y: usize, batch: i32, pixels: i32, channels: i32): void {
  const pixel: usize = (<usize>channels) << 2
  for (let n = 0; n < batch; n++, x += <usize>pixels * pixel, y += pixel) {
    columnSums(x, y, pixels, channels)
    scale(y, 1 / <f32>pixels, channels)
  }
}

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
