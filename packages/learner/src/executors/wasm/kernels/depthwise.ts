/**
 * Depthwise 3×3 convolution, one pixel of zeros around: y[p] = Σ_tap w[tap] · x[stride·p + tap], channel by channel, and its
 * gradients dx[q] = Σ_tap w[tap] · dy[p with stride·p + tap = q], dw[tap] += Σ_p x[stride·p + tap] · dy[p].
 * Stride 2 is `depthwise-strided`; at stride 1, the input gradient is the same with the window turned round.
 *
 * Four channels at a time, a row of pixels from left to right: a pixel and its neighbours above and below are loaded once
 * and go into the three results that they reach. `zeros` takes one row of zeros, which stands for those outside the image.
 */
import { convolveByTwo, gradientByTwo, weightGradientByTwo } from './depthwise-strided'
import { addTaps, loadLanes, multiplyAdd, storeLanes } from './lanes'

export function depthwise(
  x: usize,
  w: usize,
  y: usize,
  zeros: usize,
  batch: i32,
  height: i32,
  width: i32,
  channels: i32,
  outHeight: i32,
  outWidth: i32,
  stride: i32,
): void {
  if (stride == 2) return convolveByTwo(x, w, y, zeros, batch, height, width, channels, outHeight, outWidth)
  convolve(x, w, (<isize>channels) << 2, y, zeros, batch, height, width, channels)
}

export function depthwiseInputGradient(
  dy: usize,
  w: usize,
  dx: usize,
  zeros: usize,
  batch: i32,
  height: i32,
  width: i32,
  channels: i32,
  outHeight: i32,
  outWidth: i32,
  stride: i32,
): void {
  if (stride == 2) return gradientByTwo(dy, w, dx, zeros, batch, height, width, channels, outHeight, outWidth)
  const tap: isize = (<isize>channels) << 2
  convolve(dy, w + <usize>(8 * tap), -tap, dx, zeros, batch, height, width, channels)
}

/** `tap`: bytes from one tap of the window to the next. */
function convolve(
  x: usize,
  w: usize,
  tap: isize,
  y: usize,
  zeros: usize,
  batch: i32,
  height: i32,
  width: i32,
  channels: i32,
): void {
  const pixel: usize = (<usize>channels) << 2
  const row: usize = <usize>width * pixel
  memory.fill(zeros, 0, row)
  for (let n = 0; n < batch; n++) {
    for (let r = 0; r < height; r++, x += row, y += row) {
      const above = r > 0 ? x - row : zeros
      const below = r < height - 1 ? x + row : zeros
      let c = 0
      for (; c + 4 <= channels; c += 4) convolveRow(above, x, below, w, tap, y, row, pixel, c, 4)
      if (c < channels) convolveRow(above, x, below, w, tap, y, row, pixel, c, channels - c)
    }
  }
}

/** One row of results, in `lanes` channels from c. */
// @ts-expect-error: decorator
@inline
function convolveRow(
  above: usize,
  middle: usize,
  below: usize,
  w: usize,
  tap: isize,
  y: usize,
  row: usize,
  pixel: usize,
  c: i32,
  lanes: i32,
): void {
  const at: usize = (<usize>c) << 2
  w += at
  const w0 = loadLanes(w, lanes)
  const w1 = loadLanes((w += tap), lanes)
  const w2 = loadLanes((w += tap), lanes)
  const w3 = loadLanes((w += tap), lanes)
  const w4 = loadLanes((w += tap), lanes)
  const w5 = loadLanes((w += tap), lanes)
  const w6 = loadLanes((w += tap), lanes)
  const w7 = loadLanes((w += tap), lanes)
  const w8 = loadLanes((w += tap), lanes)
  // What the pixels so far give to the results on the left, here and on the right of the latest.
  let left = f32x4.splat(0)
  let here = left
  let right = left
  let i = at
  let to = y + at - pixel
  for (const end = at + row; i < end; i += pixel, to += pixel) {
    left = here
    here = right
    let value = loadLanes(above + i, lanes)
    left = multiplyAdd(left, value, w2)
    here = multiplyAdd(here, value, w1)
    right = f32x4.mul(value, w0)
    value = loadLanes(middle + i, lanes)
    left = multiplyAdd(left, value, w5)
    here = multiplyAdd(here, value, w4)
    right = multiplyAdd(right, value, w3)
    value = loadLanes(below + i, lanes)
    left = multiplyAdd(left, value, w8)
    here = multiplyAdd(here, value, w7)
    right = multiplyAdd(right, value, w6)
    if (i > at) storeLanes(to, left, lanes)
  }
  storeLanes(to, here, lanes)
}

export function depthwiseWeightGradient(
  x: usize,
  dy: usize,
  dw: usize,
  zeros: usize,
  batch: i32,
  height: i32,
  width: i32,
  channels: i32,
  outHeight: i32,
  outWidth: i32,
  stride: i32,
): void {
  if (stride == 2) return weightGradientByTwo(x, dy, dw, zeros, batch, height, width, channels, outHeight, outWidth)
  const pixel: usize = (<usize>channels) << 2
  const row: usize = <usize>width * pixel
  memory.fill(zeros, 0, row)
  for (let n = 0; n < batch; n++) {
    for (let r = 0; r < height; r++, x += row, dy += row) {
      const above = r > 0 ? x - row : zeros
      const below = r < height - 1 ? x + row : zeros
      let c = 0
      for (; c + 4 <= channels; c += 4) addProducts(above, x, below, dy, dw, zeros, row, pixel, c, 4)
      if (c < channels) addProducts(above, x, below, dy, dw, zeros, row, pixel, c, channels - c)
    }
  }
}

/** What one row of dy adds to dw, in `lanes` channels from c. */
// @ts-expect-error: decorator
@inline
function addProducts(
  above: usize,
  middle: usize,
  below: usize,
  dy: usize,
  dw: usize,
  zeros: usize,
  row: usize,
  pixel: usize,
  c: i32,
  lanes: i32,
): void {
  const at: usize = (<usize>c) << 2
  let s0 = f32x4.splat(0)
  let s1 = s0
  let s2 = s0
  let s3 = s0
  let s4 = s0
  let s5 = s0
  let s6 = s0
  let s7 = s0
  let s8 = s0
  // dy on the left of a pixel, there, and on its right.
  let left = s0
  let here = s0
  let right = loadLanes(dy + at, lanes)
  for (let i = at, end = at + row; i < end; i += pixel) {
    left = here
    here = right
    right = loadLanes(i + pixel < end ? dy + i + pixel : zeros, lanes)
    let value = loadLanes(above + i, lanes)
    s0 = multiplyAdd(s0, value, right)
    s1 = multiplyAdd(s1, value, here)
    s2 = multiplyAdd(s2, value, left)
    value = loadLanes(middle + i, lanes)
    s3 = multiplyAdd(s3, value, right)
    s4 = multiplyAdd(s4, value, here)
    s5 = multiplyAdd(s5, value, left)
    value = loadLanes(below + i, lanes)
    s6 = multiplyAdd(s6, value, right)
    s7 = multiplyAdd(s7, value, here)
    s8 = multiplyAdd(s8, value, left)
  }
  addTaps(dw + at, pixel, lanes, s0, s1, s2, s3, s4, s5, s6, s7, s8)
}
