/**
 * Batch normalisation over the rows of a `rows × channels` matrix, as in PyTorch, with min(max(·, 0), ceiling) on top:
 *   m = mean(x), v = mean((x − m)²), s = 1/√(v + 1e-5), y = gamma·s·(x − m) + beta.
 * Rows go by in blocks that stay in the cache, a block in groups of four channels; full groups have their lanes as a
 * constant, so that the compiler leaves no branch in their loops.
 */
import { addLanes, floorOf, loadLanes, multiplyAdd, ROWS, scale, storeLanes, topOf, within } from './lanes'

const EPSILON: f32 = 1e-5

/**
 * Where a batch is shared among threads, each has some of its rows. This turns what one thread found, the means and the
 * sums of squared distances from them, into what the whole batch has, and returns its number of rows.
 */
// @ts-expect-error: decorator
@external('env', 'shareMoments')
declare function shareMoments(moments: usize, channels: i32, rows: i32): i32

/** `saved` takes m, then s, for the gradient; `mean` and `variance` m and v·n/(n − 1) of n rows, for running statistics. */
export function batchNorm(
  x: usize,
  gamma: usize,
  beta: usize,
  y: usize,
  saved: usize,
  mean: usize,
  variance: usize,
  rows: i32,
  channels: i32,
  ceiling: i32,
): void {
  const deviation = saved + ((<usize>channels) << 2)
  memory.fill(saved, 0, (<usize>channels) << 3)
  addSums(x, saved, rows, channels)
  scale(saved, 1 / <f32>rows, channels)
  addSquares(x, saved, deviation, rows, channels)
  const batch = shareMoments(saved, channels, rows)
  scale(deviation, 1 / <f32>batch, channels)
  const unbiased: f32 = <f32>batch / <f32>(batch - 1)
  memory.copy(mean, saved, (<usize>channels) << 2)
  for (let c: usize = 0; c < (<usize>channels) << 2; c += 4) {
    const v = load<f32>(deviation + c)
    store<f32>(variance + c, v * unbiased)
    store<f32>(deviation + c, 1 / sqrt<f32>(v + EPSILON))
  }
  normalise(x, saved, deviation, gamma, beta, y, rows, channels, ceiling)
}

/** The same with given m and v; `deviation` takes s. */
export function batchNormInference(
  x: usize,
  gamma: usize,
  beta: usize,
  mean: usize,
  variance: usize,
  y: usize,
  deviation: usize,
  rows: i32,
  channels: i32,
  ceiling: i32,
): void {
  for (let c: usize = 0; c < (<usize>channels) << 2; c += 4) {
    store<f32>(deviation + c, 1 / sqrt<f32>(load<f32>(variance + c) + EPSILON))
  }
  normalise(x, mean, deviation, gamma, beta, y, rows, channels, ceiling)
}

function normalise(
  x: usize,
  mean: usize,
  deviation: usize,
  gamma: usize,
  beta: usize,
  y: usize,
  rows: i32,
  channels: i32,
  ceiling: i32,
): void {
  const row: usize = (<usize>channels) << 2
  const floor = floorOf(ceiling)
  const top = topOf(ceiling)
  for (let i = 0; i < rows; i += ROWS) {
    const count = min(rows - i, ROWS)
    const p = <usize>i * row
    let c = 0
    for (; c + 4 <= channels; c += 4) {
      normaliseGroup(x + p, mean, deviation, gamma, beta, y + p, floor, top, row, count, c, 4)
    }
    if (c < channels) {
      normaliseGroup(x + p, mean, deviation, gamma, beta, y + p, floor, top, row, count, c, channels - c)
    }
  }
}

// @ts-expect-error: decorator
@inline
function normaliseGroup(
  x: usize,
  mean: usize,
  deviation: usize,
  gamma: usize,
  beta: usize,
  y: usize,
  floor: v128,
  top: v128,
  row: usize,
  count: i32,
  c: i32,
  lanes: i32,
): void {
  const at: usize = (<usize>c) << 2
  const m = loadLanes(mean + at, lanes)
  const factor = f32x4.mul(loadLanes(gamma + at, lanes), loadLanes(deviation + at, lanes))
  const shift = loadLanes(beta + at, lanes)
  for (let p = at, end = at + <usize>count * row; p < end; p += row) {
    const value = multiplyAdd(shift, factor, f32x4.sub(loadLanes(x + p, lanes), m))
    storeLanes(y + p, within(value, floor, top), lanes)
  }
}

/** sums[c] += Σ_rows x[c] */
function addSums(x: usize, sums: usize, rows: i32, channels: i32): void {
  const row: usize = (<usize>channels) << 2
  for (let i = 0; i < rows; i += ROWS) {
    const count = min(rows - i, ROWS)
    const from = x + <usize>i * row
    let c = 0
    for (; c + 4 <= channels; c += 4) addSum(from, sums, row, count, c, 4)
    if (c < channels) addSum(from, sums, row, count, c, channels - c)
  }
}

// @ts-expect-error: decorator
@inline
function addSum(x: usize, sums: usize, row: usize, count: i32, c: i32, lanes: i32): void {
  const at: usize = (<usize>c) << 2
  let s0 = f32x4.splat(0)
  let s1 = s0
  let s2 = s0
  let s3 = s0
  let p = x + at
  const end = p + <usize>count * row
  for (const last = end - (row << 2); p <= last; p += row) {
    s0 = f32x4.add(s0, loadLanes(p, lanes))
    s1 = f32x4.add(s1, loadLanes((p += row), lanes))
    s2 = f32x4.add(s2, loadLanes((p += row), lanes))
    s3 = f32x4.add(s3, loadLanes((p += row), lanes))
  }
  for (; p < end; p += row) s0 = f32x4.add(s0, loadLanes(p, lanes))
  addLanes(sums + at, f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)), lanes)
}

/** sums[c] += Σ_rows (x[c] − mean[c])² */
function addSquares(x: usize, mean: usize, sums: usize, rows: i32, channels: i32): void {
  const row: usize = (<usize>channels) << 2
  for (let i = 0; i < rows; i += ROWS) {
    const count = min(rows - i, ROWS)
    const from = x + <usize>i * row
    let c = 0
    for (; c + 4 <= channels; c += 4) addSquare(from, mean, sums, row, count, c, 4)
    if (c < channels) addSquare(from, mean, sums, row, count, c, channels - c)
  }
}

// @ts-expect-error: decorator
@inline
function addSquare(x: usize, mean: usize, sums: usize, row: usize, count: i32, c: i32, lanes: i32): void {
  const at: usize = (<usize>c) << 2
  const m = loadLanes(mean + at, lanes)
  let s0 = f32x4.splat(0)
  let s1 = s0
  let s2 = s0
  let s3 = s0
  let p = x + at
  const end = p + <usize>count * row
  for (const last = end - (row << 2); p <= last; p += row) {
    let d = f32x4.sub(loadLanes(p, lanes), m)
    s0 = multiplyAdd(s0, d, d)
    d = f32x4.sub(loadLanes((p += row), lanes), m)
    s1 = multiplyAdd(s1, d, d)
    d = f32x4.sub(loadLanes((p += row), lanes), m)
    s2 = multiplyAdd(s2, d, d)
    d = f32x4.sub(loadLanes((p += row), lanes), m)
    s3 = multiplyAdd(s3, d, d)
  }
  for (; p < end; p += row) {
    const d = f32x4.sub(loadLanes(p, lanes), m)
    s0 = multiplyAdd(s0, d, d)
  }
  addLanes(sums + at, f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)), lanes)
}
