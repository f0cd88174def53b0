/**
 * Depthwise 3×3 convolution, stride 1, one pixel of zeros around: y[p] = Σ_tap w[tap] · x[p + tap], channel by channel.
 * Its input gradient is the same with the window turned round; dw[tap] += Σ_p x[p + tap] · dy[p].
 */
import { addLanes, loadLanes, multiplyAdd, storeLanes } from './lanes'
import { planesOf } from './planes'

export function depthwise(
  x: usize,
  w: usize,
  y: usize,
  planes: usize,
  batch: i32,
  height: i32,
  width: i32,
  channels: i32,
): void {
  convolve(x, w, (<isize>channels) << 2, y, planes, batch, height, width, channels)
}

export function depthwiseInputGradient(
  dy: usize,
  w: usize,
  dx: usize,
  planes: usize,
  batch: i32,
  height: i32,
  width: i32,
  channels: i32,
): void {
  const tap: isize = (<isize>channels) << 2
  convolve(dy, w + <usize>(8 * tap), -tap, dx, planes, batch, height, width, channels)
}

/** `tap`: bytes from one tap of the window to the next. */
function convolve(
  x: usize,
  w: usize,
  tap: isize,
  y: usize,
  planes: usize,
  batch: i32,
  height: i32,
  width: i32,
  channels: i32,
): void {
  const pixel: usize = (<usize>channels) << 2
  const image: usize = <usize>(height * width) * pixel
  const row: usize = (<usize>(width + 2)) << 4
  for (let n = 0; n < batch; n++, x += image, y += image) {
    planesOf(x, planes, height, width, channels)
    let plane = planes
    for (let c = 0; c < channels; c += 4) {
      const lanes = min(channels - c, 4)
      let from = w + ((<usize>c) << 2)
      const w0 = loadLanes(from, lanes)
      const w1 = loadLanes((from += tap), lanes)
      const w2 = loadLanes((from += tap), lanes)
      const w3 = loadLanes((from += tap), lanes)
      const w4 = loadLanes((from += tap), lanes)
      const w5 = loadLanes((from += tap), lanes)
      const w6 = loadLanes((from += tap), lanes)
      const w7 = loadLanes((from += tap), lanes)
      const w8 = loadLanes((from += tap), lanes)
      let to = y + ((<usize>c) << 2)
      for (let r = 0; r < height; r++) {
        let above = plane
        let middle = above + row
        let below = middle + row
        for (
          let end = above + ((<usize>width) << 4);
          above < end;
          above += 16, middle += 16, below += 16, to += pixel
        ) {
          let sum = f32x4.mul(v128.load(above), w0)
          sum = multiplyAdd(sum, v128.load(above, 16), w1)
          sum = multiplyAdd(sum, v128.load(above, 32), w2)
          sum = multiplyAdd(sum, v128.load(middle), w3)
          sum = multiplyAdd(sum, v128.load(middle, 16), w4)
          sum = multiplyAdd(sum, v128.load(middle, 32), w5)
          sum = multiplyAdd(sum, v128.load(below), w6)
          sum = multiplyAdd(sum, v128.load(below, 16), w7)
          sum = multiplyAdd(sum, v128.load(below, 32), w8)
          storeLanes(to, sum, lanes)
        }
        plane += row
      }
      plane += row << 1
    }
  }
}

export function depthwiseWeightGradient(
  x: usize,
  dy: usize,
  dw: usize,
  planes: usize,
  batch: i32,
  height: i32,
  width: i32,
  channels: i32,
): void {
  const pixel: usize = (<usize>channels) << 2
  const image: usize = <usize>(height * width) * pixel
  const row: usize = (<usize>(width + 2)) << 4
  for (let n = 0; n < batch; n++, x += image, dy += image) {
    planesOf(x, planes, height, width, channels)
    let plane = planes
    for (let c = 0; c < channels; c += 4) {
      const lanes = min(channels - c, 4)
      let s0 = f32x4.splat(0)
      let s1 = s0
      let s2 = s0
      let s3 = s0
      let s4 = s0
      let s5 = s0
      let s6 = s0
      let s7 = s0
      let s8 = s0
      let from = dy + ((<usize>c) << 2)
      for (let r = 0; r < height; r++) {
        let above = plane
        let middle = above + row
        let below = middle + row
        for (
          let end = above + ((<usize>width) << 4);
          above < end;
          above += 16, middle += 16, below += 16, from += pixel
        ) {
          const g = loadLanes(from, lanes)
          s0 = multiplyAdd(s0, v128.load(above), g)
          s1 = multiplyAdd(s1, v128.load(above, 16), g)
          s2 = multiplyAdd(s2, v128.load(above, 32), g)
          s3 = multiplyAdd(s3, v128.load(middle), g)
          s4 = multiplyAdd(s4, v128.load(middle, 16), g)
          s5 = multiplyAdd(s5, v128.load(middle, 32), g)
          s6 = multiplyAdd(s6, v128.load(below), g)
          s7 = multiplyAdd(s7, v128.load(below, 16), g)
          s8 = multiplyAdd(s8, v128.load(below, 32), g)
        }
        plane += row
      }
      plane += row << 1
      let to = dw + ((<usize>c) << 2)
      addLanes(to, s0, lanes)
      addLanes((to += pixel), s1, lanes)
      addLanes((to += pixel), s2, lanes)
      addLanes((to += pixel), s3, lanes)
      addLanes((to += pixel), s4, lanes)
      addLanes((to += pixel), s5, lanes)
      addLanes((to += pixel), s6, lanes)
      addLanes((to += pixel), s7, lanes)
      addLanes((to += pixel), s8, lanes)
    }
  }
}
