/**
 * 1×1 convolutions and linear layers as matrix products over rows of pixels:
 * y = x·w (+ bias), dx (+)= dy·wᵀ, dw += xᵀ·dy, dbias += Σ_rows dy.
 */
import { isNarrow, longSums, matmul, NARROW, SQUARE, tilesOf } from './matmul.ts'
import type { KernelShader, LaneCount, SizeFunction } from './shader.ts'

type Matrices = 'rows' | 'inner' | 'columns'
const byFours: SizeFunction<Matrices> = ({ inner, columns }) => (inner % 4 === 0 && columns % 4 === 0 ? 1 : 0)

/** Four numbers of the arena from `start` on, fewer where `left` ends. */
export function quadruple(lanes: LaneCount): string {
  if (lanes === 4) {
    return `
fn quadruple(operand: u32, start: u32, left: u32) -> vec4f { return select(vec4f(0), at(operand + start / 4u), left > 0u); }`
  }
  return `
fn quadruple(operand: u32, start: u32, left: u32) -> vec4f {
  var four = vec4f(0);
  for (var i = 0u; i < min(left, 4u); i += 1u) { four[i] = at(operand + start + i); }
  return four;
}`
}

/** `fn keep(operand: u32, start: u32, left: u32, value: vec4f, accumulate: bool)`: the way back. */
export function keep(lanes: LaneCount): string {
  const to = lanes === 4 ? 'operand + start / 4u' : 'operand + start + i'
  const put = (value: string) => `put(${to}, ${value} + select(Lanes(0), at(${to}), accumulate));`
  return `
fn keep(operand: u32, start: u32, left: u32, value: vec4f, accumulate: bool) {
  ${lanes === 4 ? `if (left > 0u) { ${put('value')} }` : `for (var i = 0u; i < min(left, 4u); i += 1u) { ${put('value[i]')} }`}
}`
}

/** How many of `count` are left from `from` on, 0 where `outside`. */
export const LEFT = 'fn leftOf(count: u32, start: u32) -> u32 { return count - min(start, count); }'

function forward(bias: boolean): readonly KernelShader<'product'>[] {
  return [NARROW, SQUARE].map((tile) => ({
    ...(tile === NARROW && { fits: ({ columns }) => isNarrow(columns) }),
    wide: (sizes) => byFours(sizes) === 1,
    passes: [
      {
        code: (lanes) =>
          matmul(
            {
              tile,
              leftRuns: 'along k',
              counts: { m: 'call.rows', n: 'call.columns', k: 'call.inner' },
              accesses: `
${LEFT}${quadruple(lanes)}${keep(lanes)}
fn left(m: u32, k: u32) -> vec4f {
  return quadruple(call.x, m * call.inner + k, select(0u, leftOf(call.inner, k), m < call.rows));
}
fn right(k: u32, n: u32) -> vec4f {
  let start = call.w + k * call.columns + n;
  let all = vec4f(parameters[start], parameters[start + 1u], parameters[start + 2u], parameters[start + 3u]);
  return select(vec4f(0), all, vec4<bool>(k < call.inner) & (vec4u(n, n + 1u, n + 2u, n + 3u) < vec4u(call.columns)));
}
fn store(m: u32, n: u32, chunk: u32, value: vec4f) {
  ${bias ? 'let b = call.bias + n;' : ''}
  let bias = ${bias ? 'vec4f(parameters[b], parameters[b + 1u], parameters[b + 2u], parameters[b + 3u])' : 'vec4f(0)'};
  keep(call.y, m * call.columns + n, leftOf(call.columns, n), value + bias, false);
}`,
            },
            false,
          ),
        workgroups: ({ rows, columns }) => tilesOf(tile, rows, columns),
      },
    ],
  }))
}

export const product: readonly KernelShader<'product'>[] = forward(false)
export const biasedProduct: readonly KernelShader<'biasedProduct'>[] = forward(true)

export const productInputGradient: readonly KernelShader<'productInputGradient'>[] = [NARROW, SQUARE].map((tile) => ({
  ...(tile === NARROW && { fits: ({ inner }) => isNarrow(inner) }),
  wide: (sizes) => byFours(sizes) === 1,
  passes: [
    {
      code: (lanes) =>
        matmul(
          {
            tile,
            leftRuns: 'along k',
            counts: { m: 'call.rows', n: 'call.inner', k: 'call.columns' },
            accesses: `
${LEFT}${quadruple(lanes)}${keep(lanes)}
fn left(m: u32, k: u32) -> vec4f {
  return quadruple(call.dy, m * call.columns + k, select(0u, leftOf(call.columns, k), m < call.rows));
}
fn right(k: u32, n: u32) -> vec4f {
  let start = call.w + vec4u(n, n + 1u, n + 2u, n + 3u) * call.columns + k;
  let all = vec4f(parameters[start.x], parameters[start.y], parameters[start.z], parameters[start.w]);
  return select(vec4f(0), all, vec4<bool>(k < call.columns) & (vec4u(n, n + 1u, n + 2u, n + 3u) < vec4u(call.inner)));
}
fn store(m: u32, n: u32, chunk: u32, value: vec4f) {
  keep(call.dx, m * call.inner + n, leftOf(call.inner, n), value, call.accumulate == 1u);
}`,
          },
          false,
        ),
      workgroups: ({ rows, inner }) => tilesOf(tile, rows, inner),
    },
  ],
}))

export const productWeightGradient: readonly KernelShader<'productWeightGradient'>[] = longSums<Matrices>({
  m: ({ inner }) => inner,
  n: ({ columns }) => columns,
  k: ({ rows }) => rows,
  counts: { m: 'call.inner', n: 'call.columns', k: 'call.rows' },
  wide: byFours,
  accesses: (lanes) => `
${LEFT}${quadruple(lanes)}
fn left(m: u32, k: u32) -> vec4f {
  return quadruple(call.x, k * call.inner + m, select(0u, leftOf(call.inner, m), k < call.rows));
}
fn right(k: u32, n: u32) -> vec4f {
  return quadruple(call.dy, k * call.columns + n, select(0u, leftOf(call.columns, n), k < call.rows));
}`,
})

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
