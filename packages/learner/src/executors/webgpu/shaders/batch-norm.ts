/**
 * Batch normalisation over the rows of a `rows × channels` matrix, as in PyTorch, with min(max(·, 0), ceiling) on top:
 *   m = mean(x), v = mean((x − m)²), s = 1/√(v + 1e-5), y = gamma·s·(x − m) + beta
 * and, with g = dy where 0 < y < ceiling (all of it without an activation), x̂ = s·(x − m):
 *   dbeta += Σ g, dgamma += Σ g·x̂, dx = gamma·s·(g − mean(g) − x̂·mean(g·x̂)).
 *
 * Few rows: a workgroup sums its channels and goes over them again. Many rows: one pass leaves the sums of every chunk of
 * rows, and the next adds these up and goes over the rows. Squares are taken around a number of the channel's own, and
 * chunks put together as in Chan et al. 1979, so that little cancels.
 */
import { ACTIVATION } from './activation.ts'
import { GROUPS, overRows, sumsOf } from './column-sums.ts'
import { oneForEach, type KernelShader, type LaneCount, type Shader, type Sizes } from './shader.ts'

type Rows = 'rows' | 'channels' | 'ceiling'

/** How rows are shared out. */
interface Sharing {
  /** Rows that one workgroup still goes over alone, and its invocations per channel. */
  readonly fewRows: number
  readonly slotsAlone: number
  /** Invocations per channel of workgroups that share rows, and rows and chunks of them. */
  readonly slots: number
  readonly rowsAtOnce: number
  readonly mostChunks: number
}

const SHARED: Sharing = { fewRows: 2048, slotsAlone: 64, slots: 16, rowsAtOnce: 256, mostChunks: 64 }
const ALONE: Sharing = { fewRows: 512, slotsAlone: 1, slots: 1, rowsAtOnce: 128, mostChunks: 32 }

const EPSILON = '1e-5'

const wide = ({ channels }: Sizes<Rows>) => channels % 4 === 0
const groupsOf = ({ channels }: Sizes<Rows>, lanes: LaneCount) => Math.ceil(channels / (GROUPS * lanes))

/** How a statistic of all rows is found and what is then done with each; WGSL, in `main` of `overRows`. */
interface Normalisation {
  /** In front of `main`. */
  readonly functions?: string
  /** Declares `a` and `b`, the sums over rows from `first` to `end`. */
  readonly sums: string
  /** What a chunk, rows from `first` to `end`, leaves of `sumA` and `sumB`. */
  readonly leave: string
  /** Declares `a` and `b`, what this slot's chunks come to. */
  readonly gather: string
  /** Declares what `keep` and `apply` want, from `sumA` and `sumB` of all rows. */
  readonly conclude: string
  /** For one invocation of each channel. */
  readonly keep: string
  /** Goes over rows from `first` to `end`. */
  readonly apply: string
}

const normalisation = (parts: Normalisation): readonly Shader<Rows>[] => [
  ...shared(SHARED, parts).map((shader) => ({ ...shader, inWorkgroupMemory: true }) as const),
  ...shared(ALONE, parts),
]

function shared(sharing: Sharing, parts: Normalisation): readonly Shader<Rows>[] {
  const { fewRows, slotsAlone, slots, rowsAtOnce, mostChunks } = sharing
  const { functions = '', sums, leave, gather, conclude, keep, apply } = parts
  const chunkRows = ({ rows }: Sizes<Rows>) => Math.max(rowsAtOnce, Math.ceil(rows / mostChunks))
  const chunks = (sizes: Sizes<Rows>) => Math.ceil(sizes.rows / chunkRows(sizes))
  const from = (start: string, count: string) => `
  let first = ${start};
  let end = select(first, min(first + ${count}, call.rows), there);`
  return [
    {
      fits: ({ rows }) => rows <= fewRows,
      wide,
      passes: [
        {
          code: `${functions}${overRows(slotsAlone)}${from('0u', 'call.rows')}${sums}${sumsOf(slotsAlone)}${conclude}
  if (there && slot == 0u) { ${keep} }
  ${apply}
}`,
          workgroups: (sizes, lanes) => [groupsOf(sizes, lanes)],
        },
      ],
    },
    {
      wide,
      derived: { chunkRows, chunks },
      workspace: (sizes) => 2 * chunks(sizes) * sizes.channels,
      passes: [
        {
          code: `${functions}${overRows(slots)}${from('group.y * call.chunkRows', 'call.chunkRows')}${sums}${sumsOf(slots)}
  if (!there || slot > 0u) { return; }
  ${leave}
}`,
          workgroups: (sizes, lanes) => [groupsOf(sizes, lanes), chunks(sizes)],
        },
        {
          code: `${functions}${overRows(slots)}${gather}${sumsOf(slots)}${conclude}
  if (there && slot == 0u && group.y == 0u) { ${keep} }
  ${from('group.y * call.chunkRows', 'call.chunkRows')}
  ${apply}
}`,
          workgroups: (sizes, lanes) => [groupsOf(sizes, lanes), chunks(sizes)],
        },
      ],
    },
  ]
}

/** `saved` takes m, then s, for the gradient; `mean` and `variance` m and v·rows/(rows − 1), for running statistics. */
export const batchNorm: readonly KernelShader<'batchNorm'>[] = normalisation({
  functions: ACTIVATION,
  sums: `
  let centre = at(call.x + first * row + column);
  var a = Lanes(0);
  var b = Lanes(0);
  for (var i = first + slot; i < end; i += SLOTS) {
    let value = at(call.x + i * row + column) - centre;
    a += value;
    b += value * value;
  }`,
  leave: `
  let n = f32(end - first);
  let mean = sumA / n;
  workspacePut(group.y * 2u * call.channels + c, centre + mean);
  workspacePut((group.y * 2u + 1u) * call.channels + c, sumB - mean * sumA);`,
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
  let offset = sumA / rows;
  let squares = max(sumB - offset * sumA, Lanes(0));
  let mean = centre + offset;
  let inverse = inverseSqrt(squares / rows + ${EPSILON});`,
  keep: `
    put(call.saved + column, mean);
    put(call.saved + row + column, inverse);
    statisticsPut(call.mean + c, mean);
    statisticsPut(call.variance + c, squares / (rows - 1.));`,
  apply: `
  let factor = parametersAt(call.gamma + c) * inverse;
  let shift = parametersAt(call.beta + c);
  for (var i = first + slot; i < end; i += SLOTS) {
    put(call.y + i * row + column, activated(factor * (at(call.x + i * row + column) - mean) + shift));
  }`,
})

/** dx may be dy. */
export const batchNormGradient: readonly KernelShader<'batchNormGradient'>[] = normalisation({
  functions: `${ACTIVATION}
fn passedAt(place: u32) -> Lanes {
  let g = at(call.dy + place);
  if (call.ceiling == 0u) { return g; }
  return passed(at(call.y + place), g);
}`,
  sums: `
  let mean = at(call.saved + column);
  let inverse = at(call.saved + row + column);
  var a = Lanes(0);
  var b = Lanes(0);
  for (var i = first + slot; i < end; i += SLOTS) {
    let place = i * row + column;
    let g = passedAt(place);
    a += g;
    b += g * (at(call.x + place) - mean) * inverse;
  }`,
  leave: `
  workspacePut(group.y * 2u * call.channels + c, sumA);
  workspacePut((group.y * 2u + 1u) * call.channels + c, sumB);`,
  gather: `
  let mean = at(call.saved + column);
  let inverse = at(call.saved + row + column);
  var a = Lanes(0);
  var b = Lanes(0);
  for (var chunk = slot; chunk < call.chunks; chunk += SLOTS) {
    a += workspaceAt(chunk * 2u * call.channels + c);
    b += workspaceAt((chunk * 2u + 1u) * call.channels + c);
  }`,
  conclude: `
  let meanG = sumA / f32(call.rows);
  let slope = sumB / f32(call.rows) * inverse;`,
  keep: `
    gradientPut(call.dbeta + c, gradientAt(call.dbeta + c) + sumA);
    gradientPut(call.dgamma + c, gradientAt(call.dgamma + c) + sumB);`,
  apply: `
  let factor = parametersAt(call.gamma + c) * inverse;
  for (var i = first + slot; i < end; i += SLOTS) {
    let place = i * row + column;
    let g = passedAt(place);
    put(call.dx + place, factor * (g - meanG - (at(call.x + place) - mean) * slope));
  }`,
})

export const batchNormInference: KernelShader<'batchNormInference'> = {
  wide,
  passes: [
    {
      code: `${ACTIVATION}
@compute @workgroup_size(256) fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = indexOf(id, groups);
  if (i * LANES >= call.rows * call.channels) { return; }
  let c = i % (call.channels / LANES) * LANES;
  let factor = parametersAt(call.gamma + c) * inverseSqrt(parametersAt(call.variance + c) + ${EPSILON});
  let value = factor * (at(call.x + i) - parametersAt(call.mean + c)) + parametersAt(call.beta + c);
  put(call.y + i, activated(value));
}`,
      workgroups: ({ rows, channels }, lanes) => oneForEach((rows * channels) / lanes),
    },
  ],
}
