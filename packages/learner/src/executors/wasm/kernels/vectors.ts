/** Vectors and the columns of `pixels × channels` maps, for kernels that meet one vector per image. */
import { loadLanes, multiplyAdd, storeLanes } from './lanes'

/** sums[c] = Σ_p x[p][c], sixteen columns (a cache line) at a time. */
export function columnSums(x: usize, sums: usize, pixels: i32, channels: i32): void {
  const pixel: usize = (<usize>channels) << 2
  let c = 0
  for (; c + 16 <= channels; c += 16, x += 64, sums += 64) {
    let s0 = f32x4.splat(0)
    let s1 = s0
    let s2 = s0
    let s3 = s0
    let from = x
    for (let p = 0; p < pixels; p++, from += pixel) {
      s0 = f32x4.add(s0, v128.load(from))
      s1 = f32x4.add(s1, v128.load(from, 16))
      s2 = f32x4.add(s2, v128.load(from, 32))
      s3 = f32x4.add(s3, v128.load(from, 48))
    }
    v128.store(sums, s0)
    v128.store(sums, s1, 16)
    v128.store(sums, s2, 32)
    v128.store(sums, s3, 48)
  }
  for (; c < channels; c += 4, x += 16, sums += 16) {
    const lanes = min(channels - c, 4)
    let sum = f32x4.splat(0)
    let from = x
    for (let p = 0; p < pixels; p++, from += pixel) sum = f32x4.add(sum, loadLanes(from, lanes))
    storeLanes(sums, sum, lanes)
  }
}

/** sums[c] = Σ_p a[p][c]·b[p][c], sixteen columns at a time. */
export function columnDots(a: usize, b: usize, sums: usize, pixels: i32, channels: i32): void {
  const pixel: usize = (<usize>channels) << 2
  let c = 0
  for (; c + 16 <= channels; c += 16, a += 64, b += 64, sums += 64) {
    let s0 = f32x4.splat(0)
    let s1 = s0
    let s2 = s0
    let s3 = s0
    let at: usize = 0
    for (let p = 0; p < pixels; p++, at += pixel) {
      s0 = multiplyAdd(s0, v128.load(a + at), v128.load(b + at))
      s1 = multiplyAdd(s1, v128.load(a + at, 16), v128.load(b + at, 16))
      s2 = multiplyAdd(s2, v128.load(a + at, 32), v128.load(b + at, 32))
      s3 = multiplyAdd(s3, v128.load(a + at, 48), v128.load(b + at, 48))
    }
    v128.store(sums, s0)
    v128.store(sums, s1, 16)
    v128.store(sums, s2, 32)
    v128.store(sums, s3, 48)
  }
  for (; c < channels; c += 4, a += 16, b += 16, sums += 16) {
    const lanes = min(channels - c, 4)
    let sum = f32x4.splat(0)
    let at: usize = 0
    for (let p = 0; p < pixels; p++, at += pixel) sum = multiplyAdd(sum, loadLanes(a + at, lanes), loadLanes(b + at, lanes))
    storeLanes(sums, sum, lanes)
  }
}

export function scale(x: usize, by: f32, count: i32): void {
  for (let i: usize = 0; i < (<usize>count) << 2; i += 4) store<f32>(x + i, load<f32>(x + i) * by)
}

/** to += by·x */
export function addScaled(x: usize, by: f32, to: usize, count: i32): void {
  const factor = f32x4.splat(by)
  for (let i = 0; i < count; i += 4) {
    const lanes = min(count - i, 4)
    const at: usize = (<usize>i) << 2
    storeLanes(to + at, multiplyAdd(loadLanes(to + at, lanes), factor, loadLanes(x + at, lanes)), lanes)
  }
}

/** y += x·w for a vector x of `inner` and w of `inner × columns`. */
export function addProduct(x: usize, w: usize, y: usize, inner: i32, columns: i32): void {
  for (let t = 0; t < inner; t++, x += 4, w += (<usize>columns) << 2) addScaled(w, load<f32>(x), y, columns)
}

/** w += aᵀ·b for vectors a of `rows` and b of `columns`. */
export function addOuter(a: usize, b: usize, w: usize, rows: i32, columns: i32): void {
  for (let t = 0; t < rows; t++, a += 4, w += (<usize>columns) << 2) addScaled(b, load<f32>(a), w, columns)
}

export function dot(a: usize, b: usize, count: i32): f32 {
  let sum = f32x4.splat(0)
  for (let i = 0; i < count; i += 4, a += 16, b += 16) {
    const lanes = min(count - i, 4)
    sum = multiplyAdd(sum, loadLanes(a, lanes), loadLanes(b, lanes))
  }
  return (
    f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 1) + f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3)
  )
}

/** `lanes` dot products of a with rows of w that lie `row` bytes apart. */
export function dots(a: usize, w: usize, row: usize, count: i32, lanes: i32): v128 {
  let products = f32x4.splat(dot(a, w, count))
  if (lanes > 1) products = f32x4.replace_lane(products, 1, dot(a, w + row, count))
  if (lanes > 2) products = f32x4.replace_lane(products, 2, dot(a, w + 2 * row, count))
  if (lanes > 3) products = f32x4.replace_lane(products, 3, dot(a, w + 3 * row, count))
  return products
}
