/**
 * A 1×1 convolution or a linear layer on `rows` pixels of `inner` channels: y = x·w (+ bias), with w `inner × columns`.
 * Its gradients are dx = dy·wᵀ, dw += xᵀ·dy, dbias += Σ_rows dy.
 */
import { addLanes, loadLanes, ROWS, storeLanes } from './lanes'
import { matmul } from './matmul'

export function product(x: usize, w: usize, y: usize, rows: i32, inner: i32, columns: i32): void {
  matmul(x, (<usize>inner) << 2, 4, w, y, rows, inner, columns, 0)
}

export function biasedProduct(x: usize, w: usize, bias: usize, y: usize, rows: i32, inner: i32, columns: i32): void {
  const row: usize = (<usize>columns) << 2
  for (let i = 0; i < rows; i++) memory.copy(y + <usize>i * row, bias, row)
  matmul(x, (<usize>inner) << 2, 4, w, y, rows, inner, columns, 1)
}

/** `transposed` takes wᵀ: `columns × inner`. */
export function productInputGradient(
  dy: usize,
  w: usize,
  dx: usize,
  transposed: usize,
  rows: i32,
  inner: i32,
  columns: i32,
  accumulate: i32,
): void {
  for (let i = 0; i < inner; i++) {
    let to = transposed + ((<usize>i) << 2)
    for (let j = 0; j < columns; j++) {
      store<f32>(to, load<f32>(w))
      w += 4
      to += (<usize>inner) << 2
    }
  }
  matmul(dy, (<usize>columns) << 2, 4, transposed, dx, rows, columns, inner, accumulate)
}

/** Some rows at a time, so that they are read once from afar however many tiles dw has. */
export function productWeightGradient(x: usize, dy: usize, dw: usize, rows: i32, inner: i32, columns: i32): void {
  const rowX: usize = (<usize>inner) << 2
  const rowY: usize = (<usize>columns) << 2
  for (let i = 0; i < rows; i += 2 * ROWS) {
    matmul(x + <usize>i * rowX, 4, rowX, dy + <usize>i * rowY, dw, inner, min(rows - i, 2 * ROWS), columns, 1)
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
