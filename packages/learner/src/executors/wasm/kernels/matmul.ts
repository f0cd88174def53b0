/**
 * c[i][j] (+)= Σ_t a[i][t] · b[t][j], with a[i][t] at `a + i·rowA + t·stepA` (bytes), so that a may be transposed, strided
 * or overlap itself (the rows of a convolution do). b is `inner × columns` and c `rows × columns`, both dense.
 *
 * Tiles of 4 × 8 results stay in registers; that fills the 16 of x86 without spilling.
 */
import { loadLanes, multiplyAdd, storeLanes } from './lanes'

export function matmul(
  a: usize,
  rowA: usize,
  stepA: usize,
  b: usize,
  c: usize,
  rows: i32,
  inner: i32,
  columns: i32,
  accumulate: i32,
): void {
  const row: usize = <usize>columns << 2
  let i = 0
  for (; i + 4 <= rows; i += 4) {
    let j = 0
    for (; j + 8 <= columns; j += 8) {
      tile4x8(a, rowA, stepA, b + (<usize>j << 2), c + (<usize>j << 2), row, inner, accumulate)
    }
    for (let end = a + (rowA << 2); a < end; a += rowA, c += row) rest(a, stepA, b, c, j, inner, columns, accumulate)
  }
  for (; i < rows; i++, a += rowA, c += row) rest(a, stepA, b, c, 0, inner, columns, accumulate)
}

// @ts-expect-error: decorator
@inline
function tile4x8(
  a: usize,
  rowA: usize,
  stepA: usize,
  b: usize,
  c: usize,
  row: usize,
  inner: i32,
  accumulate: i32,
): void {
  let a0 = a
  let a1 = a0 + rowA
  let a2 = a1 + rowA
  let a3 = a2 + rowA
  const c1 = c + row
  const c2 = c1 + row
  const c3 = c2 + row
  let s00 = f32x4.splat(0)
  let s01 = s00
  let s10 = s00
  let s11 = s00
  let s20 = s00
  let s21 = s00
  let s30 = s00
  let s31 = s00
  if (accumulate) {
    s00 = v128.load(c)
    s01 = v128.load(c, 16)
    s10 = v128.load(c1)
    s11 = v128.load(c1, 16)
    s20 = v128.load(c2)
    s21 = v128.load(c2, 16)
    s30 = v128.load(c3)
    s31 = v128.load(c3, 16)
  }
  for (let t = inner; t; --t) {
    const b0 = v128.load(b)
    const b1 = v128.load(b, 16)
    let x = v128.load32_splat(a0)
    s00 = multiplyAdd(s00, x, b0)
    s01 = multiplyAdd(s01, x, b1)
    x = v128.load32_splat(a1)
    s10 = multiplyAdd(s10, x, b0)
    s11 = multiplyAdd(s11, x, b1)
    x = v128.load32_splat(a2)
    s20 = multiplyAdd(s20, x, b0)
    s21 = multiplyAdd(s21, x, b1)
    x = v128.load32_splat(a3)
    s30 = multiplyAdd(s30, x, b0)
    s31 = multiplyAdd(s31, x, b1)
    b += row
    a0 += stepA
    a1 += stepA
    a2 += stepA
    a3 += stepA
  }
  v128.store(c, s00)
  v128.store(c, s01, 16)
  v128.store(c1, s10)
  v128.store(c1, s11, 16)
  v128.store(c2, s20)
  v128.store(c2, s21, 16)
  v128.store(c3, s30)
  v128.store(c3, s31, 16)
}

/** Columns j and beyond of one row, four at a time. */
function rest(
  a: usize,
  stepA: usize,
  b: usize,
  c: usize,
  j: i32,
  inner: i32,
  columns: i32,
  accumulate: i32,
): void {
  for (; j < columns; j += 4) {
    const lanes = min(columns - j, 4)
    const to = c + (<usize>j << 2)
    let from = b + (<usize>j << 2)
    let x = a
    let sum = accumulate ? loadLanes(to, lanes) : f32x4.splat(0)
    for (let t = inner; t; --t) {
      sum = multiplyAdd(sum, v128.load32_splat(x), loadLanes(from, lanes))
      from += <usize>columns << 2
      x += stepA
    }
    storeLanes(to, sum, lanes)
  }
}
