/**
 * `depthwise` at stride 2. Two pixels of a row of x, an even and an odd one, go by with one of y: the even one lies under the
 * window's middle, the odd one under the right of this window and the left of the next. A row of odd width ends in half a
 * pair. `zeros` takes one row of zeros, which stands for those outside the image.
 */
import { addTaps, loadLanes, multiplyAdd, storeLanes } from './lanes'

export function convolveByTwo(
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
): void {
  const pixel: usize = (<usize>channels) << 2
  const row = <usize>width * pixel
  const image = <usize>height * row
  memory.fill(zeros, 0, row)
  for (let n = 0; n < batch; n++, x += image) {
    for (let r = 0; r < outHeight; r++, y += <usize>outWidth * pixel) {
      const middle = x + <usize>(2 * r) * row
      const above = r > 0 ? middle - row : zeros
      const below = 2 * r + 1 < height ? middle + row : zeros
      let c = 0
      for (; c + 4 <= channels; c += 4) convolveRow(above, middle, below, w, y, width, pixel, c, 4)
      if (c < channels) convolveRow(above, middle, below, w, y, width, pixel, c, channels - c)
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
  y: usize,
  width: i32,
  pixel: usize,
  c: i32,
  lanes: i32,
): void {
  const at: usize = (<usize>c) << 2
  w += at
  const w0 = loadLanes(w, lanes)
  const w1 = loadLanes((w += pixel), lanes)
  const w2 = loadLanes((w += pixel), lanes)
  const w3 = loadLanes((w += pixel), lanes)
  const w4 = loadLanes((w += pixel), lanes)
  const w5 = loadLanes((w += pixel), lanes)
  const w6 = loadLanes((w += pixel), lanes)
  const w7 = loadLanes((w += pixel), lanes)
  const w8 = loadLanes((w += pixel), lanes)
  // What the pixels so far give to this result and to the next.
  let here = f32x4.splat(0)
  let next = here
  let i = at
  let to = y + at
  for (const end = at + <usize>(width & ~1) * pixel; i < end; i += pixel, to += pixel) {
    here = multiplyAdd(next, loadLanes(above + i, lanes), w1)
    here = multiplyAdd(here, loadLanes(middle + i, lanes), w4)
    here = multiplyAdd(here, loadLanes(below + i, lanes), w7)
    i += pixel
    let value = loadLanes(above + i, lanes)
    here = multiplyAdd(here, value, w2)
    next = f32x4.mul(value, w0)
    value = loadLanes(middle + i, lanes)
    here = multiplyAdd(here, value, w5)
    next = multiplyAdd(next, value, w3)
    value = loadLanes(below + i, lanes)
    here = multiplyAdd(here, value, w8)
    next = multiplyAdd(next, value, w6)
    storeLanes(to, here, lanes)
  }
  if ((width & 1) == 0) return
  here = multiplyAdd(next, loadLanes(above + i, lanes), w1)
  here = multiplyAdd(here, loadLanes(middle + i, lanes), w4)
  storeLanes(to, multiplyAdd(here, loadLanes(below + i, lanes), w7), lanes)
}

/** An even row of dx lies under the middle of one row of windows, an odd one between two. */
export function gradientByTwo(
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
): void {
  const pixel: usize = (<usize>channels) << 2
  const row = <usize>width * pixel
  const outRow = <usize>outWidth * pixel
  const filterRow = 3 * pixel
  memory.fill(zeros, 0, row)
  for (let n = 0; n < batch; n++, dy += <usize>outHeight * outRow) {
    for (let r = 0; r < height; r++, dx += row) {
      const above = dy + <usize>(r >> 1) * outRow
      const below = (r >> 1) + 1 < outHeight ? above + outRow : zeros
      let c = 0
      if (r & 1) {
        for (; c + 4 <= channels; c += 4) betweenRows(above, below, w, dx, zeros, width, outRow, pixel, c, 4)
        if (c < channels) betweenRows(above, below, w, dx, zeros, width, outRow, pixel, c, channels - c)
      } else {
        for (; c + 4 <= channels; c += 4) underRow(above, w + filterRow, dx, zeros, width, outRow, pixel, c, 4)
        if (c < channels) underRow(above, w + filterRow, dx, zeros, width, outRow, pixel, c, channels - c)
      }
    }
  }
}

/** A row of dx from one of dy and the taps of one row, in `lanes` channels from c. */
// @ts-expect-error: decorator
@inline
function underRow(
  dy: usize,
  w: usize,
  dx: usize,
  zeros: usize,
  width: i32,
  outRow: usize,
  pixel: usize,
  c: i32,
  lanes: i32,
): void {
  const at: usize = (<usize>c) << 2
  w += at
  const w0 = loadLanes(w, lanes)
  const w1 = loadLanes((w += pixel), lanes)
  const w2 = loadLanes((w += pixel), lanes)
  let here = loadLanes(dy + at, lanes)
  let to = dx + at
  let i = at + pixel
  for (const end = at + <usize>(width >> 1) * pixel; i <= end; i += pixel) {
    const next = loadLanes(i < outRow ? dy + i : zeros, lanes)
    storeLanes(to, f32x4.mul(here, w1), lanes)
    storeLanes((to += pixel), multiplyAdd(f32x4.mul(here, w2), next, w0), lanes)
    to += pixel
    here = next
  }
  if (width & 1) storeLanes(to, f32x4.mul(here, w1), lanes)
}

/** A row of dx from the rows of dy above and below it, by the taps of the last and the first row. */
// @ts-expect-error: decorator
@inline
function betweenRows(
  above: usize,
  below: usize,
  w: usize,
  dx: usize,
  zeros: usize,
  width: i32,
  outRow: usize,
  pixel: usize,
  c: i32,
  lanes: i32,
): void {
  const at: usize = (<usize>c) << 2
  w += at
  const w0 = loadLanes(w, lanes)
  const w1 = loadLanes(w + pixel, lanes)
  const w2 = loadLanes(w + 2 * pixel, lanes)
  w += 6 * pixel
  const w6 = loadLanes(w, lanes)
  const w7 = loadLanes(w + pixel, lanes)
  const w8 = loadLanes(w + 2 * pixel, lanes)
  let a = loadLanes(above + at, lanes)
  let b = loadLanes(below + at, lanes)
  let to = dx + at
  let i = at + pixel
  for (const end = at + <usize>(width >> 1) * pixel; i <= end; i += pixel) {
    const nextA = loadLanes(i < outRow ? above + i : zeros, lanes)
    const nextB = loadLanes(i < outRow ? below + i : zeros, lanes)
    storeLanes(to, multiplyAdd(f32x4.mul(a, w7), b, w1), lanes)
    const value = multiplyAdd(multiplyAdd(f32x4.mul(a, w8), b, w2), nextA, w6)
    storeLanes((to += pixel), multiplyAdd(value, nextB, w0), lanes)
    to += pixel
    a = nextA
    b = nextB
  }
  if (width & 1) storeLanes(to, multiplyAdd(f32x4.mul(a, w7), b, w1), lanes)
}

export function weightGradientByTwo(
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
): void {
  const pixel: usize = (<usize>channels) << 2
  const row = <usize>width * pixel
  const outRow = <usize>outWidth * pixel
  memory.fill(zeros, 0, row)
  for (let n = 0; n < batch; n++, x += <usize>height * row) {
    for (let r = 0; r < outHeight; r++, dy += outRow) {
      const middle = x + <usize>(2 * r) * row
      const above = r > 0 ? middle - row : zeros
      const below = 2 * r + 1 < height ? middle + row : zeros
      let c = 0
      for (; c + 4 <= channels; c += 4) addProducts(above, middle, below, dy, dw, zeros, width, outRow, pixel, c, 4)
      if (c < channels) {
        addProducts(above, middle, below, dy, dw, zeros, width, outRow, pixel, c, channels - c)
      }
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
  width: i32,
  outRow: usize,
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
  let here = loadLanes(dy + at, lanes)
  let i = at
  let from = at + pixel
  for (const end = at + <usize>(width & ~1) * pixel; i < end; i += pixel, from += pixel) {
    const next = loadLanes(from < outRow ? dy + from : zeros, lanes)
    s1 = multiplyAdd(s1, loadLanes(above + i, lanes), here)
    s4 = multiplyAdd(s4, loadLanes(middle + i, lanes), here)
    s7 = multiplyAdd(s7, loadLanes(below + i, lanes), here)
    i += pixel
    let value = loadLanes(above + i, lanes)
    s0 = multiplyAdd(s0, value, next)
    s2 = multiplyAdd(s2, value, here)
    value = loadLanes(middle + i, lanes)
    s3 = multiplyAdd(s3, value, next)
    s5 = multiplyAdd(s5, value, here)
    value = loadLanes(below + i, lanes)
    s6 = multiplyAdd(s6, value, next)
    s8 = multiplyAdd(s8, value, here)
    here = next
  }
  if (width & 1) {
    s1 = multiplyAdd(s1, loadLanes(above + i, lanes), here)
    s4 = multiplyAdd(s4, loadLanes(middle + i, lanes), here)
    s7 = multiplyAdd(s7, loadLanes(below + i, lanes), here)
  }
  addTaps(dw + at, pixel, lanes, s0, s1, s2, s3, s4, s5, s6, s7, s8)
}
