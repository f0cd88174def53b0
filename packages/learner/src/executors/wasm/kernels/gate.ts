/**
 * A channel gate on `batch` maps of `pixels × channels`, all of one image at a time:
 *   means = mean_p x[p], hidden = max(0, means·w1 + b1), factors = 1 / (1 + e^−(hidden·w2 + b2)), y[p] (+)= x[p]·factors
 * and its gradients
 *   dlogits = factors·(1 − factors)·Σ_p dy[p]·x[p], dhidden = dlogits·w2ᵀ where hidden > 0,
 *   dx[p] = dy[p]·factors + (dhidden·w1ᵀ) / pixels.
 */
import { loadLanes, multiplyAdd, storeLanes } from './lanes'
import { addOuter, addProduct, addScaled, columnDots, columnSums, dot, dots, scale } from './vectors'

export function gateFactors(
  x: usize,
  w1: usize,
  b1: usize,
  w2: usize,
  b2: usize,
  means: usize,
  hidden: usize,
  factors: usize,
  batch: i32,
  pixels: i32,
  channels: i32,
  units: i32,
): void {
  const pixel: usize = (<usize>channels) << 2
  const vector: usize = (<usize>units) << 2
  for (let n = 0; n < batch; n++, x += <usize>pixels * pixel) {
    columnSums(x, means, pixels, channels)
    scale(means, 1 / <f32>pixels, channels)
    memory.copy(hidden, b1, vector)
    addProduct(means, w1, hidden, channels, units)
    for (let t: usize = 0; t < vector; t += 4) store<f32>(hidden + t, max<f32>(load<f32>(hidden + t), 0))
    memory.copy(factors, b2, pixel)
    addProduct(hidden, w2, factors, units, channels)
    for (let c: usize = 0; c < pixel; c += 4) store<f32>(factors + c, 1 / (1 + Mathf.exp(-load<f32>(factors + c))))
    means += pixel
    hidden += vector
    factors += pixel
  }
}

export function gate(x: usize, factors: usize, y: usize, batch: i32, pixels: i32, channels: i32, accumulate: i32): void {
  const pixel: usize = (<usize>channels) << 2
  const image: usize = <usize>pixels * pixel
  for (let n = 0; n < batch; n++, factors += pixel) {
    for (const end = x + image; x < end; x += pixel, y += pixel) {
      let c = 0
      for (; c + 4 <= channels; c += 4) addGated(x, factors, y, c, 4, accumulate)
      if (c < channels) addGated(x, factors, y, c, channels - c, accumulate)
    }
  }
}

// @ts-expect-error: decorator
@inline
function addGated(x: usize, factors: usize, y: usize, c: i32, lanes: i32, accumulate: i32): void {
  const at: usize = (<usize>c) << 2
  const part = f32x4.mul(loadLanes(x + at, lanes), loadLanes(factors + at, lanes))
  storeLanes(y + at, accumulate ? f32x4.add(loadLanes(y + at, lanes), part) : part, lanes)
}

/** `dlogits` and `dhidden` go out for the weights' gradient; dx may be dy. */
export function gateGradient(
  x: usize,
  factors: usize,
  hidden: usize,
  w1: usize,
  w2: usize,
  dy: usize,
  dx: usize,
  dlogits: usize,
  dhidden: usize,
  batch: i32,
  pixels: i32,
  channels: i32,
  units: i32,
): void {
  const pixel: usize = (<usize>channels) << 2
  const vector: usize = (<usize>units) << 2
  const image: usize = <usize>pixels * pixel
  const share: f32 = 1 / <f32>pixels
  for (let n = 0; n < batch; n++, x += image) {
    columnDots(x, dy, dlogits, pixels, channels)
    for (let c = 0; c < channels; c += 4) {
      const lanes = min(channels - c, 4)
      const at: usize = (<usize>c) << 2
      const f = loadLanes(factors + at, lanes)
      const slope = f32x4.mul(f, f32x4.sub(f32x4.splat(1), f))
      storeLanes(dlogits + at, f32x4.mul(loadLanes(dlogits + at, lanes), slope), lanes)
    }
    for (let t = 0; t < units; t++) {
      const at: usize = (<usize>t) << 2
      store<f32>(dhidden + at, load<f32>(hidden + at) > 0 ? dot(dlogits, w2 + <usize>t * pixel, channels) : 0)
    }
    for (let c = 0; c < channels; c += 4) {
      const lanes = min(channels - c, 4)
      const at: usize = (<usize>c) << 2
      const f = loadLanes(factors + at, lanes)
      const part = f32x4.mul(dots(dhidden, w1 + <usize>c * vector, vector, units, lanes), f32x4.splat(share))
      for (let p = at; p < image; p += pixel) {
        storeLanes(dx + p, multiplyAdd(part, loadLanes(dy + p, lanes), f), lanes)
      }
    }
    dy += image
    dx += image
    factors += pixel
    dlogits += pixel
    hidden += vector
    dhidden += vector
  }
}

/** dw1 += meansᵀ·dhidden, db1 += Σ dhidden, dw2 += hiddenᵀ·dlogits, db2 += Σ dlogits */
export function gateWeightGradient(
  means: usize,
  hidden: usize,
  dlogits: usize,
  dhidden: usize,
  dw1: usize,
  db1: usize,
  dw2: usize,
  db2: usize,
  batch: i32,
  channels: i32,
  units: i32,
): void {
  const pixel: usize = (<usize>channels) << 2
  const vector: usize = (<usize>units) << 2
  for (let n = 0; n < batch; n++) {
    addOuter(means, dhidden, dw1, channels, units)
    addScaled(dhidden, 1, db1, units)
    addOuter(hidden, dlogits, dw2, units, channels)
    addScaled(dlogits, 1, db2, channels)
    means += pixel
    dlogits += pixel
    hidden += vector
    dhidden += vector
  }
}
