/**
 * Generalised means over space (Radenović et al. 2019, equation 3) with p = 3 of `batch` maps of `pixels × channels`:
 *   y = (mean_p max(x[p], ε)³)^⅓, dx[p] = dy·(x[p] / y)² / pixels where x[p] > ε, else 0.
 * Sixteen channels (a cache line) at a time.
 */
import { loadLanes, multiplyAdd, storeLanes } from './lanes'

const FLOOR: f32 = 1e-6

export function generalisedMean(x: usize, y: usize, batch: i32, pixels: i32, channels: i32): void {
  const pixel: usize = (<usize>channels) << 2
  for (let n = 0; n < batch; n++, x += <usize>pixels * pixel, y += pixel) {
    let c = 0
    for (; c + 16 <= channels; c += 16) addCubes(x, y, pixels, pixel, c, 16)
    for (; c + 4 <= channels; c += 4) addCubes(x, y, pixels, pixel, c, 4)
    if (c < channels) addCubes(x, y, pixels, pixel, c, channels - c)
    for (let at: usize = 0; at < pixel; at += 4) store<f32>(y + at, Mathf.cbrt(load<f32>(y + at) / <f32>pixels))
  }
}

/** y[c] = Σ_p max(x[p][c], ε)³ in `lanes` channels from c. */
// @ts-expect-error: decorator
@inline
function addCubes(x: usize, y: usize, pixels: i32, pixel: usize, c: i32, lanes: i32): void {
  const floor = f32x4.splat(FLOOR)
  const at: usize = (<usize>c) << 2
  let s0 = f32x4.splat(0)
  let s1 = s0
  let s2 = s0
  let s3 = s0
  for (let p = x + at, end = p + <usize>pixels * pixel; p < end; p += pixel) {
    s0 = addCube(s0, loadLanes(p, lanes), floor)
    if (lanes < 16) continue
    s1 = addCube(s1, v128.load(p, 16), floor)
    s2 = addCube(s2, v128.load(p, 32), floor)
    s3 = addCube(s3, v128.load(p, 48), floor)
  }
  storeLanes(y + at, s0, lanes)
  if (lanes < 16) return
  v128.store(y + at, s1, 16)
  v128.store(y + at, s2, 32)
  v128.store(y + at, s3, 48)
}

// @ts-expect-error: decorator
@inline
function addCube(sum: v128, x: v128, floor: v128): v128 {
  const value = f32x4.pmax(x, floor)
  return multiplyAdd(sum, f32x4.mul(value, value), value)
}

export function generalisedMeanGradient(
  x: usize,
  y: usize,
  dy: usize,
  dx: usize,
  batch: i32,
  pixels: i32,
  channels: i32,
): void {
  const pixel: usize = (<usize>channels) << 2
  const image = <usize>pixels * pixel
  for (let n = 0; n < batch; n++, x += image, dx += image, y += pixel, dy += pixel) {
    let c = 0
    for (; c + 16 <= channels; c += 16) spread(x, y, dy, dx, pixels, pixel, c, 16)
    for (; c + 4 <= channels; c += 4) spread(x, y, dy, dx, pixels, pixel, c, 4)
    if (c < channels) spread(x, y, dy, dx, pixels, pixel, c, channels - c)
  }
}

/** dx of one image in `lanes` channels from c. */
// @ts-expect-error: decorator
@inline
function spread(
  x: usize,
  y: usize,
  dy: usize,
  dx: usize,
  pixels: i32,
  pixel: usize,
  c: i32,
  lanes: i32,
): void {
  const floor = f32x4.splat(FLOOR)
  const at: usize = (<usize>c) << 2
  const share: f32 = 1 / <f32>pixels
  const f0 = factor(loadLanes(y + at, lanes), loadLanes(dy + at, lanes), share)
  const f1 = lanes < 16 ? f0 : factor(v128.load(y + at, 16), v128.load(dy + at, 16), share)
  const f2 = lanes < 16 ? f0 : factor(v128.load(y + at, 32), v128.load(dy + at, 32), share)
  const f3 = lanes < 16 ? f0 : factor(v128.load(y + at, 48), v128.load(dy + at, 48), share)
  dx += at
  for (let p = x + at, end = p + <usize>pixels * pixel; p < end; p += pixel, dx += pixel) {
    storeLanes(dx, scaledSquare(loadLanes(p, lanes), f0, floor), lanes)
    if (lanes < 16) continue
    v128.store(dx, scaledSquare(v128.load(p, 16), f1, floor), 16)
    v128.store(dx, scaledSquare(v128.load(p, 32), f2, floor), 32)
    v128.store(dx, scaledSquare(v128.load(p, 48), f3, floor), 48)
  }
}

/** dy / (pixels·y²) */
// @ts-expect-error: decorator
@inline
function factor(y: v128, dy: v128, share: f32): v128 {
  return f32x4.div(f32x4.mul(dy, f32x4.splat(share)), f32x4.mul(y, y))
}

/** x²·factor where x > ε, else 0. */
// @ts-expect-error: decorator
@inline
function scaledSquare(x: v128, factor: v128, floor: v128): v128 {
  return v128.and(f32x4.mul(f32x4.mul(x, x), factor), f32x4.gt(x, floor))
}
