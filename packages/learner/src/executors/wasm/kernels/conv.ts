/**
 * Dense k×k convolution with any stride, zero padding: y[p] = Σ_tap x[stride·p + tap] · w[tap], w `k × k × inputs × outputs`.
 * In a zero-bordered copy of one image, the k·inputs numbers under one row of the window lie side by side, so that a row
 * of results is the sum of k matrix products whose left side overlaps itself: no patches are copied. Rows of many inputs but
 * few results are the exception: there the weights would come by for each of them, and copying patches is nothing beside.
 * The input gradient goes the other way: for each row of the window dy times its turned weights are patches, `outHeight ×
 * outWidth × k·inputs`, which are added up in the bordered image. `panels` takes the right side of each product.
 */
import { ROWS } from './lanes'
import { matmul, toPanels, transposedToPanels } from './matmul'
import { addScaled } from './vectors'

/** From so many numbers under a row of the window on, patches are copied. */
const MANY: i32 = 64

export function conv(
  x: usize,
  w: usize,
  y: usize,
  bordered: usize,
  panels: usize,
  patches: usize,
  batch: i32,
  height: i32,
  width: i32,
  inputs: i32,
  outHeight: i32,
  outWidth: i32,
  outputs: i32,
  kernel: i32,
  stride: i32,
  padding: i32,
): void {
  const inner = kernel * inputs
  const step: usize = (<usize>(stride * inputs)) << 2
  const row: usize = (<usize>((width + 2 * padding) * inputs)) << 2
  const panelRow: usize = (<usize>(inner * ((outputs + 7) & ~7))) << 2
  for (let k = 0; k < kernel; k++) {
    toPanels(w + ((<usize>(k * inner * outputs)) << 2), panels + <usize>k * panelRow, inner, outputs)
  }
  if (inner >= MANY && outWidth < ROWS) {
    const pixels = batch * outHeight * outWidth
    for (let first = 0; first < pixels; first += ROWS, y += (<usize>(ROWS * outputs)) << 2) {
      const count = min(pixels - first, ROWS)
      for (let k = 0; k < kernel; k++) {
        gather(x, patches, first, count, k, height, width, inputs, outHeight, outWidth, kernel, stride, padding)
        matmul(patches, (<usize>inner) << 2, 4, panels + <usize>k * panelRow, y, count, inner, outputs, k > 0 ? 1 : 0)
      }
    }
    return
  }
  for (let n = 0; n < batch; n++, x += (<usize>(height * width * inputs)) << 2) {
    border(x, bordered, height, width * inputs, padding, padding * inputs)
    for (let r = 0; r < outHeight; r++, y += (<usize>(outWidth * outputs)) << 2) {
      let from = bordered + <usize>(r * stride) * row
      for (let k = 0; k < kernel; k++, from += row) {
        matmul(from, step, 4, panels + <usize>k * panelRow, y, outWidth, inner, outputs, k > 0 ? 1 : 0)
      }
    }
  }
}

export function convInputGradient(
  dy: usize,
  w: usize,
  dx: usize,
  bordered: usize,
  panels: usize,
  patches: usize,
  batch: i32,
  height: i32,
  width: i32,
  inputs: i32,
  outHeight: i32,
  outWidth: i32,
  outputs: i32,
  kernel: i32,
  stride: i32,
  padding: i32,
): void {
  const inner = kernel * inputs
  const step: usize = (<usize>(stride * inputs)) << 2
  const row: usize = (<usize>((width + 2 * padding) * inputs)) << 2
  const panelRow: usize = (<usize>(outputs * ((inner + 7) & ~7))) << 2
  const imageX: usize = (<usize>(height * width * inputs)) << 2
  const imageY: usize = (<usize>(outHeight * outWidth * outputs)) << 2
  for (let k = 0; k < kernel; k++) {
    transposedToPanels(w + ((<usize>(k * inner * outputs)) << 2), panels + <usize>k * panelRow, outputs, inner)
  }
  for (let n = 0; n < batch; n++, dy += imageY, dx += imageX) {
    memory.fill(bordered, 0, <usize>(height + 2 * padding) * row)
    for (let k = 0; k < kernel; k++) {
      matmul(dy, (<usize>outputs) << 2, 4, panels + <usize>k * panelRow, patches, outHeight * outWidth, outputs, inner, 0)
      let patch = patches
      for (let r = 0; r < outHeight; r++) {
        let to = bordered + <usize>(r * stride + k) * row
        for (let c = 0; c < outWidth; c++, to += step, patch += (<usize>inner) << 2) addScaled(patch, 1, to, inner)
      }
    }
    unborder(bordered, dx, height, width * inputs, padding, padding * inputs)
  }
}

export function convWeightGradient(
  x: usize,
  dy: usize,
  dw: usize,
  bordered: usize,
  panels: usize,
  patches: usize,
  batch: i32,
  height: i32,
  width: i32,
  inputs: i32,
  outHeight: i32,
  outWidth: i32,
  outputs: i32,
  kernel: i32,
  stride: i32,
  padding: i32,
): void {
  const inner = kernel * inputs
  const step: usize = (<usize>(stride * inputs)) << 2
  const row: usize = (<usize>((width + 2 * padding) * inputs)) << 2
  const filterRow: usize = (<usize>(inner * outputs)) << 2
  if (inner >= MANY && outWidth < ROWS) {
    const pixels = batch * outHeight * outWidth
    for (let first = 0; first < pixels; first += ROWS, dy += (<usize>(ROWS * outputs)) << 2) {
      const count = min(pixels - first, ROWS)
      toPanels(dy, panels, count, outputs)
      for (let k = 0; k < kernel; k++) {
        gather(x, patches, first, count, k, height, width, inputs, outHeight, outWidth, kernel, stride, padding)
        matmul(patches, 4, (<usize>inner) << 2, panels, dw + <usize>k * filterRow, inner, count, outputs, 1)
      }
    }
    return
  }
  for (let n = 0; n < batch; n++, x += (<usize>(height * width * inputs)) << 2) {
    border(x, bordered, height, width * inputs, padding, padding * inputs)
    for (let r = 0; r < outHeight; r++, dy += (<usize>(outWidth * outputs)) << 2) {
      let from = bordered + <usize>(r * stride) * row
      let filter = dw
      toPanels(dy, panels, outWidth, outputs)
      for (let k = 0; k < kernel; k++, from += row, filter += filterRow) {
        matmul(from, 4, step, panels, filter, inner, outWidth, outputs, 1)
      }
    }
  }
}

/** Lays side by side what is under row `k` of the windows of `count` results from `first` on, zeros outside the image. */
function gather(
  x: usize,
  patches: usize,
  first: i32,
  count: i32,
  k: i32,
  height: i32,
  width: i32,
  inputs: i32,
  outHeight: i32,
  outWidth: i32,
  kernel: i32,
  stride: i32,
  padding: i32,
): void {
  const pixel: usize = (<usize>inputs) << 2
  const patch = <usize>kernel * pixel
  let c = first % outWidth
  let r = (first / outWidth) % outHeight
  let n = first / (outWidth * outHeight)
  for (let i = 0; i < count; i++, patches += patch) {
    const line = r * stride + k - padding
    const left = c * stride - padding
    const from = max(left, 0)
    const to = min(left + kernel, width)
    const inside = line >= 0 && line < height && from < to
    if (!inside || to - from < kernel) memory.fill(patches, 0, patch)
    if (inside) {
      const place = <usize>((n * height + line) * width + from) * pixel
      memory.copy(patches + <usize>(from - left) * pixel, x + place, <usize>(to - from) * pixel)
    }
    if (++c == outWidth) {
      c = 0
      if (++r == outHeight) {
        r = 0
        n++
      }
    }
  }
}

/** Copies `height` rows of `row` floats between `above` empty rows and `beside` zeros on either side. */
function border(x: usize, bordered: usize, height: i32, row: i32, above: i32, beside: i32): void {
  const rowBytes: usize = (<usize>row) << 2
  const fullBytes: usize = (<usize>(row + 2 * beside)) << 2
  memory.fill(bordered, 0, <usize>(height + 2 * above) * fullBytes)
  bordered += <usize>above * fullBytes + ((<usize>beside) << 2)
  for (let r = 0; r < height; r++, x += rowBytes, bordered += fullBytes) memory.copy(bordered, x, rowBytes)
}

/** Copies the rows back from between their border. */
function unborder(bordered: usize, x: usize, height: i32, row: i32, above: i32, beside: i32): void {
  const rowBytes: usize = (<usize>row) << 2
  const fullBytes: usize = (<usize>(row + 2 * beside)) << 2
  bordered += <usize>above * fullBytes + ((<usize>beside) << 2)
  for (let r = 0; r < height; r++, x += rowBytes, bordered += fullBytes) memory.copy(x, bordered, rowBytes)
}
