/**
 * 1×1 convolutions and linear layers as matrix products over rows of pixels:
 * y = x·w (+ bias), dx (+)= dy·wᵀ, dw += xᵀ·dy, dbias += Σ_rows dy.
 */
import { FOURS, keep, parametersFour, quadruple } from './fours.ts'
import { longSums, matmul, type Matmul } from './matmul.ts'
import type { KernelShader, Sizes } from './shader.ts'

type Matrices = 'rows' | 'inner' | 'columns'

const byFours = ({ inner, columns }: Sizes<Matrices>) => inner % 4 === 0 && columns % 4 === 0

const FORWARD: Matmul<Matrices> = {
  m: ({ rows }) => rows,
  n: ({ columns }) => columns,
  k: ({ inner }) => inner,
  counts: { m: 'call.rows', n: 'call.columns', k: 'call.inner' },
  byFours,
  accesses: (lanes) => `${FOURS}${quadruple(lanes)}${keep(lanes)}
fn left(m: u32, k: u32) -> vec4f {
  return quadruple(call.x, m * call.inner + k, select(0u, leftOf(call.inner, k), m < call.rows));
}
fn right(k: u32, n: u32) -> vec4f {
  let all = ${parametersFour('call.w + k * call.columns + n')};
  return select(vec4f(0), all, inside(n, call.columns, k < call.inner));
}`,
}

const storeY = (value: string) => `
fn store(m: u32, n: u32, value: vec4f) {
  keep(call.y, m * call.columns + n, leftOf(call.columns, n), ${value});
}`

export const product: readonly KernelShader<'product'>[] = matmul(FORWARD, storeY('value'))

export const biasedProduct: readonly KernelShader<'biasedProduct'>[] = matmul(
  FORWARD,
  storeY(`value + ${parametersFour('call.bias + n')}`),
)

export const productInputGradient: readonly KernelShader<'productInputGradient'>[] = matmul<Matrices>(
  {
    m: ({ rows }) => rows,
    n: ({ inner }) => inner,
    k: ({ columns }) => columns,
    counts: { m: 'call.rows', n: 'call.inner', k: 'call.columns' },
    byFours,
    accesses: (lanes) => `${FOURS}${quadruple(lanes)}${keep(lanes)}
fn left(m: u32, k: u32) -> vec4f {
  return quadruple(call.dy, m * call.columns + k, select(0u, leftOf(call.columns, k), m < call.rows));
}
fn right(k: u32, n: u32) -> vec4f {
  let start = call.w + (n + STEPS) * call.columns + k;
  let all = vec4f(parameters[start.x], parameters[start.y], parameters[start.z], parameters[start.w]);
  return select(vec4f(0), all, inside(n, call.inner, k < call.columns));
}`,
  },
  `
fn store(m: u32, n: u32, value: vec4f) {
  let left = leftOf(call.inner, n);
  if (call.accumulate == 1u) { addTo(call.dx, m * call.inner + n, left, value); }
  else { keep(call.dx, m * call.inner + n, left, value); }
}`,
)

export const productWeightGradient: KernelShader<'productWeightGradient'> = longSums<Matrices>(
  {
    m: ({ inner }) => inner,
    n: ({ columns }) => columns,
    k: ({ rows }) => rows,
    counts: { m: 'call.inner', n: 'call.columns', k: 'call.rows' },
    byFours,
    accesses: (lanes) => `${FOURS}${quadruple(lanes)}
fn left(m: u32, k: u32) -> vec4f {
  return quadruple(call.x, k * call.inner + m, select(0u, leftOf(call.inner, m), k < call.rows));
}
fn right(k: u32, n: u32) -> vec4f {
  return quadruple(call.dy, k * call.columns + n, select(0u, leftOf(call.columns, n), k < call.rows));
}`,
  },
  'call.dw',
)

export const biasGradient: KernelShader<'biasGradient'> = {
  passes: [
    {
      code: `
var<workgroup> sums: array<f32, 64>;
@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) t: u32, @builtin(workgroup_id) group: vec3u) {
  var sum = 0f;
  for (var row = t; row < call.rows; row += 64u) { sum += at(call.dy + row * call.columns + group.x); }
  sums[t] = sum;
  workgroupBarrier();
  if (t > 0u) { return; }
  for (var i = 1u; i < 64u; i += 1u) { sum += sums[i]; }
  gradient[call.dbias + group.x] += sum;
}`,
      workgroups: ({ columns }) => [columns],
    },
  ],
}
