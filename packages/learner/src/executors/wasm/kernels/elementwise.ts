/**
 * One number at a time: y = a + b and y = x, each with min(max(·, 0), ceiling) on top where there is an activation; and an
 * activation's gradient from its result, dx = dy where 0 < y < ceiling, else 0. y may be a or b, dx may be dy.
 */
import { floorOf, loadLanes, storeLanes, topOf, whereWithin, within } from './lanes'

export function add(a: usize, b: usize, y: usize, count: i32, ceiling: i32): void {
  const floor = floorOf(ceiling)
  const top = topOf(ceiling)
  for (let i = 0; i < count; i += 4) {
    const lanes = min(count - i, 4)
    const at: usize = (<usize>i) << 2
    storeLanes(y + at, within(f32x4.add(loadLanes(a + at, lanes), loadLanes(b + at, lanes)), floor, top), lanes)
  }
}

export function relu(x: usize, y: usize, count: i32, ceiling: i32): void {
  const floor = floorOf(ceiling)
  const top = topOf(ceiling)
  for (let i = 0; i < count; i += 4) {
    const lanes = min(count - i, 4)
    const at: usize = (<usize>i) << 2
    storeLanes(y + at, within(loadLanes(x + at, lanes), floor, top), lanes)
  }
}

export function reluGradient(y: usize, dy: usize, dx: usize, count: i32, ceiling: i32): void {
  const floor = floorOf(ceiling)
  const top = topOf(ceiling)
  for (let i = 0; i < count; i += 4) {
    const lanes = min(count - i, 4)
    const at: usize = (<usize>i) << 2
    storeLanes(dx + at, whereWithin(loadLanes(y + at, lanes), floor, top, loadLanes(dy + at, lanes)), lanes)
  }
}
