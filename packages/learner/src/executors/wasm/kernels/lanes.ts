/** What the kernels share. Addresses are in bytes, all numbers float32, four to a vector. */

/** Rows taken at a time: with few channels they stay in the first-level cache. A plan's `panels` know this number. */
export const ROWS: i32 = 64

/** sum + a·b, rounded once where the build has relaxed SIMD and the processor can. */
// @ts-expect-error: decorator
@inline
export function multiplyAdd(sum: v128, a: v128, b: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, sum)
  return f32x4.add(sum, f32x4.mul(a, b))
}

/** min(max(x, floor), top), NaN for NaN; unlike `min` and `max`, these are one instruction each. */
// @ts-expect-error: decorator
@inline
export function within(x: v128, floor: v128, top: v128): v128 {
  return f32x4.pmin(f32x4.pmax(x, floor), top)
}

/** a where floor < y < top, else 0: the gradient of y = min(max(x, floor), top) where y's is a. */
// @ts-expect-error: decorator
@inline
export function whereWithin(y: v128, floor: v128, top: v128, a: v128): v128 {
  return v128.and(v128.and(a, f32x4.gt(y, floor)), f32x4.lt(y, top))
}

/** Adds the first `count` (1 to 4) lanes to the floats at `to`. */
// @ts-expect-error: decorator
@inline
export function addLanes(to: usize, value: v128, count: i32): void {
  if (count >= 4) {
    v128.store(to, f32x4.add(v128.load(to), value))
    return
  }
  store<f32>(to, load<f32>(to) + f32x4.extract_lane(value, 0))
  if (count > 1) store<f32>(to, load<f32>(to, 4) + f32x4.extract_lane(value, 1), 4)
  if (count > 2) store<f32>(to, load<f32>(to, 8) + f32x4.extract_lane(value, 2), 8)
}

/** Adds sums of a 3×3 window's taps, which lie `tap` bytes apart, as `addLanes` does. */
// @ts-expect-error: decorator
@inline
export function addTaps(
  to: usize,
  tap: usize,
  count: i32,
  s0: v128,
  s1: v128,
  s2: v128,
  s3: v128,
  s4: v128,
  s5: v128,
  s6: v128,
  s7: v128,
  s8: v128,
): void {
  addLanes(to, s0, count)
  addLanes((to += tap), s1, count)
  addLanes((to += tap), s2, count)
  addLanes((to += tap), s3, count)
  addLanes((to += tap), s4, count)
  addLanes((to += tap), s5, count)
  addLanes((to += tap), s6, count)
  addLanes((to += tap), s7, count)
  addLanes((to += tap), s8, count)
}

/** The first `count` (4 if more, none if less than 1) floats at `from`, else zeros; reads nothing beyond them. */
// @ts-expect-error: decorator
@inline
export function loadLanes(from: usize, count: i32): v128 {
  if (count >= 4) return v128.load(from)
  let value = f32x4.splat(0)
  if (count > 0) value = v128.load32_zero(from)
  if (count > 1) value = f32x4.replace_lane(value, 1, load<f32>(from, 4))
  if (count > 2) value = f32x4.replace_lane(value, 2, load<f32>(from, 8))
  return value
}

/** Stores the first `count` (4 if more, none if less than 1) lanes; touches nothing beyond them. */
// @ts-expect-error: decorator
@inline
export function storeLanes(to: usize, value: v128, count: i32): void {
  if (count >= 4) {
    v128.store(to, value)
    return
  }
  if (count > 0) store<f32>(to, f32x4.extract_lane(value, 0))
  if (count > 1) store<f32>(to, f32x4.extract_lane(value, 1), 4)
  if (count > 2) store<f32>(to, f32x4.extract_lane(value, 2), 8)
}

/** What a result must exceed to pass: 0 where there is an activation, which is where it has a ceiling. */
export function floorOf(ceiling: i32): v128 {
  return f32x4.splat(ceiling ? 0 : -f32.MAX_VALUE)
}

/** What it must stay below. A plan says 0 where there is no activation, and the largest number for a ReLU. */
export function topOf(ceiling: i32): v128 {
  return f32x4.splat(ceiling == 0 || ceiling == i32.MAX_VALUE ? <f32>Infinity : <f32>ceiling)
}

/** values[i] ← by·values[i], a handful of them. */
export function scale(values: usize, by: f32, count: i32): void {
  for (let end = values + ((<usize>count) << 2); values < end; values += 4) store<f32>(values, load<f32>(values) * by)
}
