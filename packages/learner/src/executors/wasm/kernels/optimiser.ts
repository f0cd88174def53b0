/**
 * One pass of an optimiser over flat buffers, as PyTorch computes it (`training/optimiser.ts` has the formulas), with
 * g = scale·gradient + decay·value + proximal·(value − start), and running statistics moved towards a batch's. Where
 * `proximal` is 0, nothing is at `start`.
 */
import { loadLanes, multiplyAdd, storeLanes } from './lanes'

/** Σ gradient², in double precision. */
export function squaredNorm(gradient: usize, count: i32): f64 {
  let sum = f64x2.splat(0)
  for (let i = 0; i < count; i += 4) {
    const g = loadLanes(gradient + ((<usize>i) << 2), min(count - i, 4))
    const low = f64x2.promote_low_f32x4(g)
    const high = f64x2.promote_low_f32x4(i8x16.shuffle(g, g, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7))
    sum = f64x2.add(sum, f64x2.add(f64x2.mul(low, low), f64x2.mul(high, high)))
  }
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1)
}

/** velocity ← momentum·velocity + g; value ← value − rate·(g + momentum·velocity), or − rate·velocity. */
export function sgd(
  value: usize,
  gradient: usize,
  velocity: usize,
  count: i32,
  scale: f32,
  rate: f32,
  decay: f32,
  proximal: f32,
  start: usize,
  momentum: f32,
  nesterov: i32,
): void {
  for (let i = 0; i < count; i += 4) {
    const lanes = min(count - i, 4)
    const at: usize = (<usize>i) << 2
    const before = loadLanes(value + at, lanes)
    let g = decayed(loadLanes(gradient + at, lanes), scale, before, decay)
    if (proximal != 0) g = pulled(g, proximal, before, loadLanes(start + at, lanes))
    const v = multiplyAdd(g, f32x4.splat(momentum), loadLanes(velocity + at, lanes))
    const direction = nesterov ? multiplyAdd(g, f32x4.splat(momentum), v) : v
    storeLanes(velocity + at, v, lanes)
    storeLanes(value + at, f32x4.sub(before, f32x4.mul(f32x4.splat(rate), direction)), lanes)
  }
}

/**
 * first ← β₁·first + (1 − β₁)·g, second ← β₂·second + (1 − β₂)·g², value ← value − rate·first / (√(second·unbias) + ε).
 * The caller has 1 / (1 − β₁ᵗ) in `rate`, and `unbias` is 1 / (1 − β₂ᵗ).
 */
export function adam(
  value: usize,
  gradient: usize,
  first: usize,
  second: usize,
  count: i32,
  scale: f32,
  rate: f32,
  decay: f32,
  proximal: f32,
  start: usize,
  beta1: f64,
  beta2: f64,
  unbias: f32,
  epsilon: f32,
): void {
  for (let i = 0; i < count; i += 4) {
    const lanes = min(count - i, 4)
    const at: usize = (<usize>i) << 2
    const before = loadLanes(value + at, lanes)
    let g = decayed(loadLanes(gradient + at, lanes), scale, before, decay)
    if (proximal != 0) g = pulled(g, proximal, before, loadLanes(start + at, lanes))
    const m = multiplyAdd(f32x4.mul(f32x4.splat(<f32>beta1), loadLanes(first + at, lanes)), f32x4.splat(<f32>(1 - beta1)), g)
    const square = f32x4.mul(g, g)
    const v = multiplyAdd(f32x4.mul(f32x4.splat(<f32>beta2), loadLanes(second + at, lanes)), f32x4.splat(<f32>(1 - beta2)), square)
    const deviation = f32x4.add(f32x4.sqrt(f32x4.mul(v, f32x4.splat(unbias))), f32x4.splat(epsilon))
    storeLanes(first + at, m, lanes)
    storeLanes(second + at, v, lanes)
    storeLanes(value + at, f32x4.sub(before, f32x4.div(f32x4.mul(f32x4.splat(rate), m), deviation)), lanes)
  }
}

// @ts-expect-error: decorator
@inline
function decayed(gradient: v128, scale: f32, value: v128, decay: f32): v128 {
  return multiplyAdd(f32x4.mul(f32x4.splat(scale), gradient), f32x4.splat(decay), value)
}

// @ts-expect-error: decorator
@inline
function pulled(gradient: v128, proximal: f32, value: v128, start: v128): v128 {
  return multiplyAdd(gradient, f32x4.splat(proximal), f32x4.sub(value, start))
}

/** running ← (1 − share)·running + share·batch */
export function moveTowards(running: usize, batch: usize, count: i32, share: f64): void {
  for (let i = 0; i < count; i += 4) {
    const lanes = min(count - i, 4)
    const at: usize = (<usize>i) << 2
    const kept = f32x4.mul(f32x4.splat(<f32>(1 - share)), loadLanes(running + at, lanes))
    storeLanes(running + at, multiplyAdd(kept, f32x4.splat(<f32>share), loadLanes(batch + at, lanes)), lanes)
  }
}
