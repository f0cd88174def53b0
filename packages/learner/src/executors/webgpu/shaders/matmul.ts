/**
 * Matrix products over the pixels p of maps, the sum over taps t and channels c:
 *   C[p][n] = Σ_t Σ_c L[p][t][c] · R[t][c][n]      (`matmul`)
 *   dR[t][c][n] += Σ_p L[p][t][c] · D[p][n]        (`longSums`)
 * L is read out of the arena pixel by pixel. An invocation computes 4 × 4 numbers, from memory as it is; where there are
 * many, tiles pass through workgroup memory instead (`tile.ts`).
 */
import { FOURS, keep, lines, run } from './fours.ts'
import { oneForEach, type LaneCount, type Shader, type SizeFunction, type Sizes } from './shader.ts'
import { TILE, tiled, tilesOf } from './tile.ts'

export interface Product<Size extends string> {
  readonly counts: Readonly<Record<Count, SizeFunction<Size>>>
  /** The same as WGSL expressions. */
  readonly wgsl: Counts
  /** The operand that L is in. */
  readonly from: string
  /** Whether rows of L and of columns can be had by fours. */
  byFours(sizes: Sizes<Size>): boolean
  /**
   * Where in it L[p][t] is: WGSL for `fn placeOf(p: u32) -> vec3u`, found once for a pixel, and
   * `fn runOf(place: vec3u, tap: u32) -> vec3u`: where L[p][t][0] would be, the first c there and the one behind the last;
   * what is outside of these is zero.
   */
  readonly runs: string
}

type Count = 'pixels' | 'taps' | 'channels' | 'columns'
export type Counts = Readonly<Record<Count, string>>

/** Invocations of a workgroup. */
const GROUP = 64
const MAIN = `@compute @workgroup_size(${GROUP})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * ${GROUP}u;`

/**
 * `right` is WGSL for `fn right(tap: u32, c: u32, n: u32) -> vec4f`, R[t][c][n…n+3], which may be anything outside of the
 * matrix; `store` for `fn store(p: u32, n: u32, left: u32, value: vec4f)`, which puts `left` numbers of C[p][n…n+3] where
 * they belong.
 */
export function matmul<Size extends string>(
  product: Product<Size>,
  right: string,
  store: string,
): readonly Shader<Size>[] {
  const { counts, wgsl, runs } = product
  const wide = (sizes: Sizes<Size>) => product.byFours(sizes)
  const accesses = (lanes: LaneCount) => FOURS + run(lanes) + keep(lanes) + runs + right + store
  return [
    {
      inWorkgroupMemory: true,
      fits: (sizes) => {
        const { pixels, channels, columns } = counts
        return Math.min(pixels(sizes), channels(sizes), columns(sizes)) >= TILE && wide(sizes)
      },
      wide,
      passes: [
        {
          code: (lanes) => accesses(lanes) + tiled(product.from, wgsl),
          workgroups: (sizes) => tilesOf(counts.pixels(sizes), counts.columns(sizes)),
        },
      ],
    },
    {
      wide,
      passes: [
        {
          code: (lanes) => `${accesses(lanes)}
${MAIN}
  let across = (${wgsl.columns} + 3u) / 4u;
  let n = i % across * 4u;
  let p = i / across * 4u;
  if (p >= ${wgsl.pixels}) { return; }
  ${lines((r) => `var sum${r} = vec4f(0);`)}
  ${lines((r) => `let place${r} = placeOf(p + ${r}u);`)}
  for (var tap = 0u; tap < ${wgsl.taps}; tap += 1u) {
    ${lines((r) => `let run${r} = runOf(place${r}, tap);`)}
    for (var c = 0u; c < ${wgsl.channels}; c += 4u) {
      ${lines((r) => `let r${r} = right(tap, c + ${r}u, n);`)}
      ${lines((r) => `let l${r} = fourOf(call.${product.from}, run${r}, c);`)}
      ${lines((r) => `sum${r} += l${r}.x * r0 + l${r}.y * r1 + l${r}.z * r2 + l${r}.w * r3;`)}
    }
  }
  let left = leftOf(${wgsl.columns}, n);
  ${lines((r) => `if (p + ${r}u < ${wgsl.pixels}) { store(p + ${r}u, n, left, sum${r}); }`)}
}`,
          workgroups: (sizes) =>
            oneForEach(Math.ceil(counts.pixels(sizes) / 4) * Math.ceil(counts.columns(sizes) / 4), GROUP),
        },
      ],
    },
  ]
}

/** Pixels for which an invocation of its own is worth its sum's way through memory, and invocations that keep a device busy. */
const LEAST_PIXELS = 64
const ENOUGH_INVOCATIONS = 32_768

/** D is `dy`, and dR is at `dw` of the gradient. Pixels go in chunks; a second pass adds these up. */
export function longSums<Size extends string>(product: Product<Size>): Shader<Size> {
  const { counts, wgsl, runs } = product
  const blocks = (sizes: Sizes<Size>) =>
    counts.taps(sizes) * Math.ceil(counts.channels(sizes) / 4) * Math.ceil(counts.columns(sizes) / 4)
  const chunkPixels = (sizes: Sizes<Size>) =>
    Math.max(Math.ceil(counts.pixels(sizes) / Math.ceil(ENOUGH_INVOCATIONS / blocks(sizes))), LEAST_PIXELS)
  const chunks = (sizes: Sizes<Size>) => Math.ceil(counts.pixels(sizes) / chunkPixels(sizes))
  const elements = (sizes: Sizes<Size>) => counts.taps(sizes) * counts.channels(sizes) * counts.columns(sizes)
  const all = `${wgsl.taps} * ${wgsl.channels} * ${wgsl.columns}`
  return {
    wide: (sizes) => product.byFours(sizes),
    derived: { chunkPixels, chunks },
    workspace: (sizes) => (chunks(sizes) === 1 ? 0 : chunks(sizes) * elements(sizes)),
    passes: [
      {
        code: (lanes) => `${FOURS}${run(lanes)}${runs}
${MAIN}
  let across = (${wgsl.columns} + 3u) / 4u;
  let down = (${wgsl.channels} + 3u) / 4u;
  let n = i % across * 4u;
  let c = i / across % down * 4u;
  let tap = i / (across * down) % ${wgsl.taps};
  let chunk = i / (across * down * ${wgsl.taps});
  if (chunk >= call.chunks) { return; }
  ${lines((r) => `var sum${r} = vec4f(0);`)}
  let columns = leftOf(${wgsl.columns}, n);
  let end = min((chunk + 1u) * call.chunkPixels, ${wgsl.pixels});
  for (var p = chunk * call.chunkPixels; p < end; p += 1u) {
    let l = fourOf(call.${product.from}, runOf(placeOf(p), tap), c);
    let d = fourOf(call.dy, vec3u(p * ${wgsl.columns}, 0u, ${wgsl.columns}), n);
    ${lines((r) => `sum${r} += l[${r}] * d;`)}
  }
  var sums = array<vec4f, 4>(sum0, sum1, sum2, sum3);
  for (var r = 0u; r < min(4u, ${wgsl.channels} - c); r += 1u) {
    for (var s = 0u; s < min(4u, columns); s += 1u) {
      let element = (tap * ${wgsl.channels} + c + r) * ${wgsl.columns} + n + s;
      if (call.chunks == 1u) { gradient[call.dw + element] += sums[r][s]; }
      else { workspace[chunk * ${all} + element] = sums[r][s]; }
    }
  }
}`,
        workgroups: (sizes) => oneForEach(blocks(sizes) * chunks(sizes), GROUP),
      },
      {
        code: `
${MAIN}
  if (i >= ${all}) { return; }
  var sum = 0f;
  for (var chunk = 0u; chunk < call.chunks; chunk += 1u) { sum += workspace[chunk * ${all} + i]; }
  gradient[call.dw + i] += sum;
}`,
        workgroups: (sizes) => (chunks(sizes) === 1 ? [0] : oneForEach(elements(sizes), GROUP)),
      },
    ],
  }
}
