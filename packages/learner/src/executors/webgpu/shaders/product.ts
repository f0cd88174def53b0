/**
 * 1×1 convolutions and linear layers as matrix products over rows of pixels:
 * y = x·w (+ bias), dx (+)= dy·wᵀ, dw += xᵀ·dy, dbias += Σ_rows dy.
 */
import { parametersAtAll, parametersFour } from './fours.ts'
import { longSums, matmul, type Product } from './matmul.ts'
import { oneForEach, type KernelShader } from './shader.ts'

type Matrices = 'rows' | 'inner' | 'columns'

/** Rows of an operand, one after the other. */
const rowsOf = (from: string, channels: 'inner' | 'columns'): Product<Matrices> => {
  const columns = channels === 'inner' ? 'columns' : 'inner'
  return {
    counts: {
      pixels: ({ rows }) => rows,
      taps: () => 1,
      channels: (sizes) => sizes[channels],
      columns: (sizes) => sizes[columns],
    },
    wgsl: { pixels: 'call.rows', taps: '1u', channels: `call.${channels}`, columns: `call.${columns}` },
    from,
    byFours: ({ inner, columns }) => inner % 4 === 0 && columns % 4 === 0,
    runs: `
fn placeOf(p: u32) -> vec3u {
  return vec3u(p * call.${channels}, 0u, select(0u, call.${channels}, p < call.rows));
}
fn runOf(place: vec3u, tap: u32) -> vec3u { return place; }`,
  }
}

const right = `
fn right(tap: u32, c: u32, n: u32) -> vec4f { return ${parametersFour('call.w + c * call.columns + n')}; }`

const storeY = (value: string) => `
fn store(p: u32, n: u32, left: u32, value: vec4f) { keep(call.y, p * call.columns + n, left, ${value}); }`

export const product: readonly KernelShader<'product'>[] = matmul(rowsOf('x', 'inner'), right, storeY('value'))

export const biasedProduct: readonly KernelShader<'biasedProduct'>[] = matmul(
  rowsOf('x', 'inner'),
  right,
  storeY(`value + ${parametersFour('call.bias + n')}`),
)

export const productInputGradient: readonly KernelShader<'productInputGradient'>[] = matmul(
  rowsOf('dy', 'columns'),
  `
fn right(tap: u32, c: u32, n: u32) -> vec4f { return ${parametersAtAll('call.w + (n + STEPS) * call.columns + c')}; }`,
  `
fn store(p: u32, n: u32, left: u32, value: vec4f) {
  if (call.accumulate == 1u) { addTo(call.dx, p * call.inner + n, left, value); }
  else { keep(call.dx, p * call.inner + n, left, value); }
}`,
)

export const productWeightGradient: KernelShader<'productWeightGradient'> = longSums(rowsOf('x', 'inner'))

/** For few rows, as linear layers have: an invocation goes down a column. */
export const biasGradient: KernelShader<'biasGradient'> = {
  passes: [
    {
      code: `
@compute @workgroup_size(256) fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let column = indexOf(id, groups);
  if (column >= call.columns) { return; }
  var sum = 0f;
  for (var row = 0u; row < call.rows; row += 1u) { sum += at(call.dy + row * call.columns + column); }
  gradient[call.dbias + column] += sum;
}`,
      workgroups: ({ columns }) => oneForEach(columns),
    },
  ],
}
