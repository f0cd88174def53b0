/**
 * Windows over maps, NHWC. Padding never wins a maximum, and average pools have none. The gradient of a maximum goes to
 * the first of its window's largest values, found again by comparing, so that no indices are kept.
 */
import { loadLanes, storeLanes } from './lanes'

export function maxPool(
  x: usize,
  y: usize,
  batch: i32,
  height: i32,
  width: i32,
  channels: i32,
  outHeight: i32,
  outWidth: i32,
  kernel: i32,
  stride: i32,
  padding: i32,
): void {
  const pixel: usize = (<usize>channels) << 2
  for (let n = 0; n < batch; n++, x += <usize>(height * width) * pixel) {
    for (let oy = 0; oy < outHeight; oy++) {
      const top = max(oy * stride - padding, 0)
      const bottom = min(oy * stride - padding + kernel, height)
      for (let ox = 0; ox < outWidth; ox++, y += pixel) {
        const left = max(ox * stride - padding, 0)
        const right = min(ox * stride - padding + kernel, width)
        for (let c = 0; c < channels; c += 4) {
          const lanes = min(channels - c, 4)
          let largest = f32x4.splat(-f32.MAX_VALUE)
          for (let iy = top; iy < bottom; iy++) {
            let from = x + <usize>(iy * width + left) * pixel + ((<usize>c) << 2)
            for (let ix = left; ix < right; ix++, from += pixel) largest = f32x4.max(largest, loadLanes(from, lanes))
          }
          storeLanes(y + ((<usize>c) << 2), largest, lanes)
        }
      }
    }
  }
}

export function maxPoolGradient(
  x: usize,
  y: usize,
  dy: usize,
  dx: usize,
  batch: i32,
  height: i32,
  width: i32,
  channels: i32,
  outHeight: i32,
  outWidth: i32,
  kernel: i32,
  stride: i32,
  padding: i32,
): void {
  const pixel: usize = (<usize>channels) << 2
  const image: usize = <usize>(height * width) * pixel
  memory.fill(dx, 0, <usize>batch * image)
  for (let n = 0; n < batch; n++, x += image, dx += image) {
    for (let oy = 0; oy < outHeight; oy++) {
      const top = max(oy * stride - padding, 0)
      const bottom = min(oy * stride - padding + kernel, height)
      for (let ox = 0; ox < outWidth; ox++, y += pixel, dy += pixel) {
        const left = max(ox * stride - padding, 0)
        const right = min(ox * stride - padding + kernel, width)
        for (let c = 0; c < channels; c += 4) {
          const lanes = min(channels - c, 4)
          const largest = loadLanes(y + ((<usize>c) << 2), lanes)
          let rest = loadLanes(dy + ((<usize>c) << 2), lanes)
          for (let iy = top; iy < bottom; iy++) {
            let at = <usize>(iy * width + left) * pixel + ((<usize>c) << 2)
            for (let ix = left; ix < right; ix++, at += pixel) {
              const here = f32x4.eq(loadLanes(x + at, lanes), largest)
              storeLanes(dx + at, f32x4.add(loadLanes(dx + at, lanes), v128.and(rest, here)), lanes)
              rest = v128.andnot(rest, here)
            }
          }
        }
      }
    }
  }
}

export function averagePool(
  x: usize,
  y: usize,
  batch: i32,
  height: i32,
  width: i32,
  channels: i32,
  outHeight: i32,
  outWidth: i32,
  kernel: i32,
  stride: i32,
): void {
  const pixel: usize = (<usize>channels) << 2
  const share = f32x4.splat(1 / <f32>(kernel * kernel))
  for (let n = 0; n < batch; n++, x += <usize>(height * width) * pixel) {
    for (let oy = 0; oy < outHeight; oy++) {
      for (let ox = 0; ox < outWidth; ox++, y += pixel) {
        const corner = x + <usize>((oy * width + ox) * stride) * pixel
        for (let c = 0; c < channels; c += 4) {
          const lanes = min(channels - c, 4)
          let sum = f32x4.splat(0)
          for (let ky = 0; ky < kernel; ky++) {
            let from = corner + <usize>(ky * width) * pixel + ((<usize>c) << 2)
            for (let kx = 0; kx < kernel; kx++, from += pixel) sum = f32x4.add(sum, loadLanes(from, lanes))
          }
          storeLanes(y + ((<usize>c) << 2), f32x4.mul(sum, share), lanes)
        }
      }
    }
  }
}

export function averagePoolGradient(
  dy: usize,
  dx: usize,
  batch: i32,
  height: i32,
  width: i32,
  channels: i32,
  outHeight: i32,
  outWidth: i32,
  kernel: i32,
  stride: i32,
): void {
  const pixel: usize = (<usize>channels) << 2
  const image: usize = <usize>(height * width) * pixel
  const share = f32x4.splat(1 / <f32>(kernel * kernel))
  memory.fill(dx, 0, <usize>batch * image)
  for (let n = 0; n < batch; n++, dx += image) {
    for (let oy = 0; oy < outHeight; oy++) {
      for (let ox = 0; ox < outWidth; ox++, dy += pixel) {
        const corner = dx + <usize>((oy * width + ox) * stride) * pixel
        for (let c = 0; c < channels; c += 4) {
          const lanes = min(channels - c, 4)
          const part = f32x4.mul(loadLanes(dy + ((<usize>c) << 2), lanes), share)
          for (let ky = 0; ky < kernel; ky++) {
            let to = corner + <usize>(ky * width) * pixel + ((<usize>c) << 2)
            for (let kx = 0; kx < kernel; kx++, to += pixel) {
              storeLanes(to, f32x4.add(loadLanes(to, lanes), part), lanes)
            }
          }
        }
      }
    }
  }
}
