/** One number at a time: sums, max(x, 0), and its gradient from its result. dx may be dy. */
import { loadLanes, storeLanes, whereAbove } from './lanes'

/** y = a + b, or max(a + b, 0) where `relu`; y may be a or b. */
export function add(a: usize, b: usize, y: usize, count: i32, relu: i32): void {
  const floor = f32x4.splat(relu ? 0 : -f32.MAX_VALUE)
  for (let i = 0; i < count; i += 4) {
    const lanes = min(count - i, 4)
    const at: usize = (<usize>i) << 2
    storeLanes(y + at, f32x4.max(f32x4.add(loadLanes(a + at, lanes), loadLanes(b + at, lanes)), floor), lanes)
  }
}

export function relu(x: usize, y: usize, count: i32): void {
  const floor = f32x4.splat(0)
  for (let i = 0; i < count; i += 4) {
    const lanes = min(count - i, 4)
    const at: usize = (<usize>i) << 2
    storeLanes(y + at, f32x4.max(loadLanes(x + at, lanes), floor), lanes)
  }
}

export function reluGradient(y: usize, dy: usize, dx: usize, count: i32): void {
  for (let i = 0; i < count; i += 4) {
    const lanes = min(count - i, 4)
    const at: usize = (<usize>i) << 2
    storeLanes(dx + at, whereAbove(loadLanes(y + at, lanes), f32x4.splat(0), loadLanes(dy + at, lanes)), lanes)
  }
}
