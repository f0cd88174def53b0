/**
 * A zero-bordered copy of one image in planes of four channels: `⌈channels / 4⌉ × (height + 2) × (width + 2) × 4`, missing
 * channels zero. A 3×3 window then needs no test for borders, and its columns lie 16 bytes apart.
 */
import { loadLanes } from './lanes'

export function planesOf(x: usize, planes: usize, height: i32, width: i32, channels: i32): void {
  const pixel: usize = (<usize>channels) << 2
  const rowBytes: usize = (<usize>(width + 2)) << 4
  for (let c = 0; c < channels; c += 4) {
    const lanes = min(channels - c, 4)
    let from = x + ((<usize>c) << 2)
    memory.fill(planes, 0, rowBytes + 16)
    planes += rowBytes + 16
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        v128.store(planes, loadLanes(from, lanes))
        from += pixel
        planes += 16
      }
      v128.store(planes, f32x4.splat(0))
      v128.store(planes, f32x4.splat(0), 16)
      planes += 32
    }
    memory.fill(planes, 0, rowBytes - 16)
    planes += rowBytes - 16
  }
}
