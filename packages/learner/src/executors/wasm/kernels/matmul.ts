/**
 * c[i][j] (+)= Σ_t a[i][t] · b[t][j], with a[i][t] at `a + i·rowA + t·stepA` (bytes), so that a may be transposed, strided
 * or overlap itself (the rows of a convolution do). c is `rows × columns`, dense; b comes as panels of eight columns,
 * `⌈columns / 8⌉ × inner × 8` with zeros in missing columns: read in one go, where the rows of a matrix would meet in the
 * same few places of the cache.
 *
 * Tiles of 4 × 8 results stay in registers; that fills the 16 of x86 without spilling. A panel serves a block of rows.
 */
import { loadLanes, multiplyAdd, ROWS, storeLanes } from './lanes'

export function matmul(
  a: usize,
  rowA: usize,
  stepA: usize,
  panels: usize,
  c: usize,
  rows: i32,
  inner: i32,
  columns: i32,
  accumulate: i32,
): void {
  const rowC: usize = (<usize>columns) << 2
  const panelBytes: usize = (<usize>inner) << 5
  for (let block = 0; block < rows; block += ROWS) {
    const end = min(rows, block + ROWS)
    let panel = panels
    for (let j = 0; j < columns; j += 8, panel += panelBytes) {
      for (let i = block; i < end; i += 4) {
        const from = a + <usize>i * rowA
        const to = c + <usize>i * rowC + ((<usize>j) << 2)
        const height = min(end - i, 4)
        const width = min(columns - j, 8)
        if (height == 4 && width == 8) tile(from, rowA, stepA, panel, to, rowC, inner, accumulate, 4, 8)
        else tile(from, rowA, stepA, panel, to, rowC, inner, accumulate, height, width)
      }
    }
  }
}

/** The first `height` rows and `width` columns of a tile; rows that there are not are read as the first, and dropped. */
// @ts-expect-error: decorator
@inline
function tile(
  a: usize,
  rowA: usize,
  stepA: usize,
  b: usize,
  c: usize,
  rowC: usize,
  inner: i32,
  accumulate: i32,
  height: i32,
  width: i32,
): void {
  let a0 = a
  let a1 = height > 1 ? a + rowA : a
  let a2 = height > 2 ? a + 2 * rowA : a
  let a3 = height > 3 ? a + 3 * rowA : a
  const c1 = c + rowC
  const c2 = c1 + rowC
  const c3 = c2 + rowC
  let s00 = f32x4.splat(0)
  let s01 = s00
  let s10 = s00
  let s11 = s00
  let s20 = s00
  let s21 = s00
  let s30 = s00
  let s31 = s00
  if (accumulate) {
    s00 = loadLanes(c, width)
    s01 = loadLanes(c + 16, width - 4)
    if (height > 1) {
      s10 = loadLanes(c1, width)
      s11 = loadLanes(c1 + 16, width - 4)
    }
    if (height > 2) {
      s20 = loadLanes(c2, width)
      s21 = loadLanes(c2 + 16, width - 4)
    }
    if (height > 3) {
      s30 = loadLanes(c3, width)
      s31 = loadLanes(c3 + 16, width - 4)
    }
  }
  for (const end = b + ((<usize>inner) << 5); b < end; b += 32) {
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
    a0 += stepA
    a1 += stepA
    a2 += stepA
    a3 += stepA
  }
  storeLanes(c, s00, width)
  storeLanes(c + 16, s01, width - 4)
  if (height > 1) {
    storeLanes(c1, s10, width)
    storeLanes(c1 + 16, s11, width - 4)
  }
  if (height > 2) {
    storeLanes(c2, s20, width)
    storeLanes(c2 + 16, s21, width - 4)
  }
  if (height > 3) {
    storeLanes(c3, s30, width)
    storeLanes(c3 + 16, s31, width - 4)
  }
}

/** Lays b, `inner × columns` and dense, out in panels. */
export function toPanels(b: usize, panels: usize, inner: i32, columns: i32): void {
  const row: usize = (<usize>columns) << 2
  for (let j = 0; j < columns; j += 8) {
    let from = b + ((<usize>j) << 2)
    const width = min(columns - j, 8)
    for (let t = 0; t < inner; t++, from += row, panels += 32) {
      v128.store(panels, loadLanes(from, width))
      v128.store(panels, loadLanes(from + 16, width - 4), 16)
    }
  }
}

/** The same of bᵀ, with b `columns × inner`. */
export function transposedToPanels(b: usize, panels: usize, inner: i32, columns: i32): void {
  const row: usize = (<usize>inner) << 2
  for (let j = 0; j < columns; j += 8, b += row << 3) {
    for (let t = 0; t < inner; t++, panels += 32) {
      let from = b + ((<usize>t) << 2)
      for (let k = 0; k < 8; k++, from += row) {
        store<f32>(panels + ((<usize>k) << 2), j + k < columns ? load<f32>(from) : 0)
      }
    }
  }
}
