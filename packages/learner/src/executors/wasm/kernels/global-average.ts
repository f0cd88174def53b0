/**
 * Means over space of `batch` maps of `pixels × channels`, y = mean_p x[p], and their gradient dx[p] (+)= dy / pixels, sixteen
 * channels (a cache line) at a time.
 */
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
  for (let n = 0; n < batch; n++, dx += <usize>pixels * pixel, dy += pixel) {
    let c = 0
    for (; c + 16 <= channels; c += 16) spread(dy, dx, pixels, pixel, c, 16, accumulate)
    for (; c + 4 <= channels; c += 4) spread(dy, dx, pixels, pixel, c, 4, accumulate)
    if (c < channels) spread(dy, dx, pixels, pixel, c, channels - c, accumulate)
  }
}

/** dx of one image in `lanes` channels from c. */
// @ts-expect-error: decorator
@inline
function spread(dy: usize, dx: usize, pixels: i32, pixel: usize, c: i32, lanes: i32, accumulate: i32): void {
  const at: usize = (<usize>c) << 2
  const share = f32x4.splat(1 / <f32>pixels)
  const s0 = f32x4.mul(loadLanes(dy + at, lanes), share)
  const s1 = lanes < 16 ? s0 : f32x4.mul(v128.load(dy + at, 16), share)
  const s2 = lanes < 16 ? s0 : f32x4.mul(v128.load(dy + at, 32), share)
  const s3 = lanes < 16 ? s0 : f32x4.mul(v128.load(dy + at, 48), share)
  const end = dx + at + <usize>pixels * pixel
  if (accumulate) {
    for (let to = dx + at; to < end; to += pixel) {
      storeLanes(to, f32x4.add(loadLanes(to, lanes), s0), lanes)
      if (lanes < 16) continue
      v128.store(to, f32x4.add(v128.load(to, 16), s1), 16)
      v128.store(to, f32x4.add(v128.load(to, 32), s2), 32)
      v128.store(to, f32x4.add(v128.load(to, 48), s3), 48)
    }
    return
  }
  for (let to = dx + at; to < end; to += pixel) {
    storeLanes(to, s0, lanes)
    if (lanes < 16) continue
    v128.store(to, s1, 16)
    v128.store(to, s2, 32)
    v128.store(to, s3, 48)
  }
}
