/**
 * The gradient of batch normalisation: with g = dy where 0 < y < ceiling (all of it without an activation), x̂ = s·(x − m),
 *   dbeta += Σ g, dgamma += Σ g·x̂, dx = gamma·s·(g − mean(g) − x̂·mean(g·x̂)).
 * Rows go by as in `batch-norm`.
 */
import { addLanes, floorOf, loadLanes, multiplyAdd, ROWS, scale, storeLanes, topOf, whereWithin } from './lanes'

/** Turns this thread's two sums per channel into those of the whole batch; its number of rows. */
// @ts-expect-error: decorator
@external('env', 'shareSums')
declare function shareSums(sums: usize, channels: i32, rows: i32): i32

/** `sums` takes Σ g, then Σ g·x̂. dx may be dy. */
export function batchNormGradient(
  x: usize,
  y: usize,
  dy: usize,
  gamma: usize,
  saved: usize,
  dx: usize,
  dgamma: usize,
  dbeta: usize,
  sums: usize,
  rows: i32,
  channels: i32,
  ceiling: i32,
): void {
  const row: usize = (<usize>channels) << 2
  const floor = floorOf(ceiling)
  const top = topOf(ceiling)
  memory.fill(sums, 0, row << 1)
  for (let i = 0; i < rows; i += ROWS) {
    const count = min(rows - i, ROWS)
    const p = <usize>i * row
    let c = 0
    for (; c + 4 <= channels; c += 4) addProducts(x + p, y + p, dy + p, saved, sums, floor, top, row, count, c, 4)
    if (c < channels) addProducts(x + p, y + p, dy + p, saved, sums, floor, top, row, count, c, channels - c)
  }
  for (let c = 0; c < channels; c += 4) {
    const lanes = min(channels - c, 4)
    const at: usize = (<usize>c) << 2
    addLanes(dbeta + at, loadLanes(sums + at, lanes), lanes)
    addLanes(dgamma + at, loadLanes(sums + row + at, lanes), lanes)
  }
  const batch = shareSums(sums, channels, rows)
  scale(sums, 1 / <f32>batch, 2 * channels)
  for (let i = 0; i < rows; i += ROWS) {
    const count = min(rows - i, ROWS)
    const p = <usize>i * row
    let c = 0
    for (; c + 4 <= channels; c += 4) {
      denormalise(x + p, y + p, dy + p, gamma, saved, sums, dx + p, floor, top, row, count, c, 4)
    }
    if (c < channels) {
      denormalise(x + p, y + p, dy + p, gamma, saved, sums, dx + p, floor, top, row, count, c, channels - c)
    }
  }
}

/** Adds Σ g and Σ g·x̂ of some rows to `sums`, in `lanes` channels from c. */
// @ts-expect-error: decorator
@inline
function addProducts(
  x: usize,
  y: usize,
  dy: usize,
  saved: usize,
  sums: usize,
  floor: v128,
  top: v128,
  row: usize,
  count: i32,
  c: i32,
  lanes: i32,
): void {
  const at: usize = (<usize>c) << 2
  const m = loadLanes(saved + at, lanes)
  let sum = f32x4.splat(0)
  let product = f32x4.splat(0)
  for (let p = at, end = at + <usize>count * row; p < end; p += row) {
    const g = whereWithin(loadLanes(y + p, lanes), floor, top, loadLanes(dy + p, lanes))
    sum = f32x4.add(sum, g)
    product = multiplyAdd(product, g, f32x4.sub(loadLanes(x + p, lanes), m))
  }
  addLanes(sums + at, sum, lanes)
  addLanes(sums + row + at, f32x4.mul(product, loadLanes(saved + row + at, lanes)), lanes)
}

/** dx of some rows, in `lanes` channels from c, from means in `sums`. */
// @ts-expect-error: decorator
@inline
function denormalise(
  x: usize,
  y: usize,
  dy: usize,
  gamma: usize,
  saved: usize,
  sums: usize,
  dx: usize,
  floor: v128,
  top: v128,
  row: usize,
  count: i32,
  c: i32,
  lanes: i32,
): void {
  const at: usize = (<usize>c) << 2
  const m = loadLanes(saved + at, lanes)
  const s = loadLanes(saved + row + at, lanes)
  const factor = f32x4.mul(loadLanes(gamma + at, lanes), s)
  const mean = loadLanes(sums + at, lanes)
  const slope = f32x4.mul(loadLanes(sums + row + at, lanes), s)
  for (let p = at, end = at + <usize>count * row; p < end; p += row) {
    const g = whereWithin(loadLanes(y + p, lanes), floor, top, loadLanes(dy + p, lanes))
    const centred = f32x4.sub(loadLanes(x + p, lanes), m)
    storeLanes(dx + p, f32x4.mul(factor, f32x4.sub(f32x4.sub(g, mean), f32x4.mul(centred, slope))), lanes)
  }
}
