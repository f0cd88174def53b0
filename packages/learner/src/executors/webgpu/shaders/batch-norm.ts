/**
 * Batch normalisation over the rows of a `rows × channels` matrix, as in PyTorch, with max(·, 0) on top where `relu`:
 *   m = mean(x), v = mean((x − m)²), s = 1/√(v + 1e-5), y = gamma·s·(x − m) + beta
 * and, with g = dy where y > 0, x̂ = s·(x − m):
 *   dbeta += Σ g, dgamma += Σ g·x̂, dx = gamma·s·(g − mean(g) − x̂·mean(g·x̂)).
 *
 * Few rows: a workgroup sums a group of channels and goes over it again. Many rows: one pass leaves the sums of every chunk
 * of rows, and the next adds these up and goes over the rows. Squares are taken around a number of the channel's own, and
 * chunks put together as in Chan et al. 1979, so that little cancels.
 */
import { GROUPS, overRows } from './column-sums.ts'
import { oneForEach, type KernelShader, type LaneCount, type Pass, type Shader, type Sizes } from './shader.ts'

type Rows = 'rows' | 'channels' | 'relu'

/** Rows that one workgroup still goes over alone, and its invocations per channel; then those that share rows. */
const FEW_ROWS = 2048
const SLOTS_ALONE = 64
const SLOTS = 16
const ROWS_AT_ONCE = 256
const MOST_CHUNKS = 64

const EPSILON = '1e-5'

const wide = ({ channels }: Sizes<Rows>) => channels % 4 === 0
const chunkRows = ({ rows }: Sizes<Rows>) => Math.max(ROWS_AT_ONCE, Math.ceil(rows / MOST_CHUNKS))
const chunks = (sizes: Sizes<Rows>) => Math.ceil(sizes.rows / chunkRows(sizes))
const groupsOf = ({ channels }: Sizes<Rows>, lanes: LaneCount) => Math.ceil(channels / (GROUPS * lanes))

/** How a statistic of all rows is found and what is then done with each; WGSL, in `main` of `overRows`. */
interface Normalisation {
  /** Declares `a` and `b`, the sums over rows from `first` to `end`. */
  readonly sums: string
  /** Sets `first` and `second` from sums of all rows, in `firsts[t % GROUPS]` and `seconds[t % GROUPS]`. */
  readonly conclude: string
  /** What a chunk of `n` rows leaves of its sums `a` and `b`. */
  readonly leave: string
  /** Declares `a` and `b`, what this slot's chunks come to. */
  readonly gather: string
  /** For one workgroup of each channel. */
  readonly keep: string
  /** Goes over rows from `first` to `end`. */
  readonly apply: string
}

const READ = `
  let row = call.channels / LANES;
  let at0 = c / LANES;`

function normalisation(parts: Normalisation): readonly Shader<Rows>[] {
  const { sums, conclude, leave, gather, keep, apply } = parts
  const alone: Pass<Rows> = {
    code: `${overRows(SLOTS_ALONE)}${READ}
  let first = 0u;
  let end = select(0u, call.rows, there);
  ${sums}
  addUp(t, a, b);
  ${conclude}
  if (there && slot == 0u) { ${keep} }
  ${apply}
}`,
    workgroups: (sizes, lanes) => [groupsOf(sizes, lanes)],
  }
  const sum: Pass<Rows> = {
    code: `${overRows(SLOTS)}${READ}
  let first = group.y * call.chunkRows;
  let end = select(first, min(first + call.chunkRows, call.rows), there);
  ${sums}
  addUp(t, a, b);
  if (!there || slot > 0u) { return; }
  ${leave}
}`,
    workgroups: (sizes, lanes) => [groupsOf(sizes, lanes), chunks(sizes)],
  }
  const finish: Pass<Rows> = {
    code: `${overRows(SLOTS)}${READ}
  ${gather}
  addUp(t, a, b);
  ${conclude}
  if (there && slot == 0u && group.y == 0u) { ${keep} }
  let first = group.y * ${ROWS_AT_ONCE}u;
  let end = select(first, min(first + ${ROWS_AT_ONCE}u, call.rows), there);
  ${apply}
}`,
    workgroups: (sizes, lanes) => [groupsOf(sizes, lanes), Math.ceil(sizes.rows / ROWS_AT_ONCE)],
  }
  return [
    { fits: ({ rows }) => rows <= FEW_ROWS, wide, passes: [alone] },
    {
      wide,
      derived: { chunkRows, chunks },
      workspace: (sizes) => 2 * chunks(sizes) * sizes.channels,
      passes: [sum, finish],
    },
  ]
}

/** `saved` takes m, then s, for the gradient; `mean` and `variance` m and v·rows/(rows − 1), for running statistics. */
export const batchNorm: readonly KernelShader<'batchNorm'>[] = normalisation({
  sums: `
  let centre = at(call.x + first * row + at0);
  var a = Lanes(0);
  var b = Lanes(0);
  for (var i = first + slot; i < end; i += SLOTS) {
    let value = at(call.x + i * row + at0) - centre;
    a += value;
    b += value * value;
  }`,
  leave: `
  let n = f32(end - first);
  let mean = firsts[t] / n;
  workspacePut(group.y * 2u * call.channels + c, centre + mean);
  workspacePut((group.y * 2u + 1u) * call.channels + c, seconds[t] - mean * firsts[t]);`,
  gather: `
  let centre = workspaceAt(c);
  var a = Lanes(0);
  var b = Lanes(0);
  for (var chunk = slot; chunk < call.chunks; chunk += SLOTS) {
    let n = f32(min(call.chunkRows, call.rows - chunk * call.chunkRows));
    let value = workspaceAt(chunk * 2u * call.channels + c) - centre;
    a += n * value;
    b += n * value * value + workspaceAt((chunk * 2u + 1u) * call.channels + c);
  }`,
  conclude: `
  let rows = f32(call.rows);
  let offset = firsts[t % ${GROUPS}u] / rows;
  let squares = max(seconds[t % ${GROUPS}u] - offset * firsts[t % ${GROUPS}u], Lanes(0));
  let mean = centre + offset;
  let inverse = inverseSqrt(squares / rows + ${EPSILON});`,
  keep: `
    put(call.saved + at0, mean);
    put(call.saved + row + at0, inverse);
    statisticsPut(call.mean + c, mean);
    statisticsPut(call.variance + c, squares / (rows - 1.));`,
  apply: `
  let factor = parametersAt(call.gamma + c) * inverse;
  let shift = parametersAt(call.beta + c);
  for (var i = first + slot; i < end; i += SLOTS) {
    let value = factor * (at(call.x + i * row + at0) - mean) + shift;
    put(call.y + i * row + at0, select(value, max(value, Lanes(0)), call.relu == 1u));
  }`,
})

/** dx may be dy. */
export const batchNormGradient: readonly KernelShader<'batchNormGradient'>[] = normalisation({
  sums: `
  let mean = at(call.saved + at0);
  let inverse = at(call.saved + row + at0);
  var a = Lanes(0);
  var b = Lanes(0);
  for (var i = first + slot; i < end; i += SLOTS) {
    let place = i * row + at0;
    let g = select(at(call.dy + place), Lanes(0), at(call.y + place) <= Lanes(select(-3e38, 0., call.relu == 1u)));
    a += g;
    b += g * (at(call.x + place) - mean) * inverse;
  }`,
  leave: `
  workspacePut(group.y * 2u * call.channels + c, firsts[t]);
  workspacePut((group.y * 2u + 1u) * call.channels + c, seconds[t]);`,
  gather: `
  let mean = at(call.saved + at0);
  let inverse = at(call.saved + row + at0);
  var a = Lanes(0);
  var b = Lanes(0);
  for (var chunk = slot; chunk < call.chunks; chunk += SLOTS) {
    a += workspaceAt(chunk * 2u * call.channels + c);
    b += workspaceAt((chunk * 2u + 1u) * call.channels + c);
  }`,
  conclude: `
  let sum = firsts[t % ${GROUPS}u];
  let product = seconds[t % ${GROUPS}u];`,
  keep: `
    gradientPut(call.dbeta + c, gradientAt(call.dbeta + c) + sum);
    gradientPut(call.dgamma + c, gradientAt(call.dgamma + c) + product);`,
  apply: `
  let factor = parametersAt(call.gamma + c) * inverse;
  let meanG = sum / f32(call.rows);
  let slope = product / f32(call.rows) * inverse;
  for (var i = first + slot; i < end; i += SLOTS) {
    let place = i * row + at0;
    let g = select(at(call.dy + place), Lanes(0), at(call.y + place) <= Lanes(select(-3e38, 0., call.relu == 1u)));
    put(call.dx + place, factor * (g - meanG - (at(call.x + place) - mean) * slope));
  }`,
})

export const batchNormInference: KernelShader<'batchNormInference'> = {
  wide,
  passes: [
    {
      code: `
@compute @workgroup_size(256) fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = indexOf(id, groups);
  if (i * LANES >= call.rows * call.channels) { return; }
  let c = i % (call.channels / LANES) * LANES;
  let factor = parametersAt(call.gamma + c) * inverseSqrt(parametersAt(call.variance + c) + ${EPSILON});
  let value = factor * (at(call.x + i) - parametersAt(call.mean + c)) + parametersAt(call.beta + c);
  put(call.y + i, select(value, max(value, Lanes(0)), call.relu == 1u));
}`,
      workgroups: ({ rows, channels }, lanes) => oneForEach((rows * channels) / lanes),
    },
  ],
}
