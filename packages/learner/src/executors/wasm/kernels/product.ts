/**
 * A 1×1 convolution or a linear layer on `rows` pixels of `inner` channels: y = x·w (+ bias), with w `inner × columns`.
 * Its gradients are dx = dy·wᵀ, dw += xᵀ·dy, dbias += Σ_rows dy. `panels` takes the right side of each product.
 */
import { addLanes, loadLanes, ROWS } from './lanes'
import { matmul, toPanels, transposedToPanels } from './matmul'

export function product(x: usize, w: usize, y: usize, panels: usize, rows: i32, inner: i32, columns: i32): void {
  toPanels(w, panels, inner, columns)
  matmul(x, (<usize>inner) << 2, 4, panels, y, rows, inner, columns, 0)
}

export function biasedProduct(
  x: usize,
  w: usize,
  bias: usize,
  y: usize,
  panels: usize,
  rows: i32,
  inner: i32,
  columns: i32,
): void {
  const row: usize = (<usize>columns) << 2
  for (let i = 0; i < rows; i++) memory.copy(y + <usize>i * row, bias, row)
  toPanels(w, panels, inner, columns)
  matmul(x, (<usize>inner) << 2, 4, panels, y, rows, inner, columns, 1)
}

export function productInputGradient(
  dy: usize,
  w: usize,
  dx: usize,
  panels: usize,
  rows: i32,
  inner: i32,
  columns: i32,
  accumulate: i32,
): void {
  transposedToPanels(w, panels, columns, inner)
  matmul(dy, (<usize>columns) << 2, 4, panels, dx, rows, columns, inner, accumulate)
}

/** Some rows at a time, so that they are read once from afar however many tiles dw has. */
export function productWeightGradient(
  x: usize,
  dy: usize,
  dw: usize,
  panels: usize,
  rows: i32,
  inner: i32,
  columns: i32,
): void {
  const rowX: usize = (<usize>inner) << 2
  const rowY: usize = (<usize>columns) << 2
  for (let i = 0; i < rows; i += ROWS) {
    const count = min(rows - i, ROWS)
    toPanels(dy + <usize>i * rowY, panels, count, columns)
    matmul(x + <usize>i * rowX, 4, rowX, panels, dw, inner, count, columns, 1)
  }
}

export function biasGradient(dy: usize, dbias: usize, rows: i32, columns: i32): void {
  const row: usize = (<usize>columns) << 2
  for (let j = 0; j < columns; j += 4) {
    const lanes = min(columns - j, 4)
    let sum = f32x4.splat(0)
    let from = dy + ((<usize>j) << 2)
    for (let i = 0; i < rows; i++, from += row) sum = f32x4.add(sum, loadLanes(from, lanes))
    addLanes(dbias + ((<usize>j) << 2), sum, lanes)
  }
}
