/**
 * Matrix products C[m][n] = Σ_k L[m][k] · R[k][n], for whatever L and R are made of. An invocation computes 4 × 4 of C, from
 * memory as it is; large products pass tiles of L and R through workgroup memory instead (`tile.ts`).
 */
import { lines } from './fours.ts'
import { oneForEach, type LaneCount, type Shader, type SizeFunction, type Sizes } from './shader.ts'
import { TILE, tiled, tilesOf } from './tile.ts'

/** L and R, and how many m, n and k there are. */
export interface Matmul<Size extends string> {
  readonly m: SizeFunction<Size>
  readonly n: SizeFunction<Size>
  readonly k: SizeFunction<Size>
  /** The same as WGSL expressions. */
  readonly counts: Counts
  /** Whether quadruples of L and C, and those of R in the arena, can be had at once. */
  readonly byFours: (sizes: Sizes<Size>) => boolean
  /**
   * WGSL: `fn left(m: u32, k: u32) -> vec4f`, L[m][k…k+3] (or for long sums L[m…m+3][k]), and
   * `fn right(k: u32, n: u32) -> vec4f`, R[k][n…n+3]; zeros outside the matrices.
   */
  readonly accesses: (lanes: LaneCount) => string
}

export interface Counts {
  readonly m: string
  readonly n: string
  readonly k: string
}

/** Invocations of a workgroup. */
const GROUP = 64

/**
 * C goes wherever `store` says: WGSL for `fn store(m: u32, n: u32, value: vec4f)`, C[m][n…n+3] with m inside the matrix and
 * n perhaps not.
 */
export function matmul<Size extends string>(product: Matmul<Size>, store: string): readonly Shader<Size>[] {
  const { counts, byFours } = product
  const { m, n, k } = counts
  return [
    {
      inWorkgroupMemory: true,
      fits: (sizes) => Math.min(product.m(sizes), product.n(sizes), product.k(sizes)) >= TILE && byFours(sizes),
      wide: byFours,
      passes: [
        {
          code: (lanes) => tiled(counts, product.accesses(lanes) + store),
          workgroups: (sizes) => tilesOf(product.m(sizes), product.n(sizes)),
        },
      ],
    },
    {
      wide: byFours,
      passes: [
        {
          code: (lanes) => `${product.accesses(lanes)}${store}
@compute @workgroup_size(${GROUP}) fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * ${GROUP}u;
  let across = (${n} + 3u) / 4u;
  let n = i % across * 4u;
  let m = i / across * 4u;
  if (m >= ${m}) { return; }
  ${lines((r) => `var sum${r} = vec4f(0);`)}
  for (var k = 0u; k < ${k}; k += 4u) {
    ${lines((r) => `let r${r} = right(k + ${r}u, n);`)}
    ${lines((r) => `let l${r} = left(m + ${r}u, k);`)}
    ${lines((r) => `sum${r} += l${r}.x * r0 + l${r}.y * r1 + l${r}.z * r2 + l${r}.w * r3;`)}
  }
  ${lines((r) => `if (m + ${r}u < ${m}) { store(m + ${r}u, n, sum${r}); }`)}
}`,
          workgroups: (sizes) => oneForEach(Math.ceil(product.m(sizes) / 4) * Math.ceil(product.n(sizes) / 4), GROUP),
        },
      ],
    },
  ]
}

/** k for which an invocation of its own is worth its sum's way through memory, and invocations that keep a device busy. */
const LEAST_DEPTH = 64
const ENOUGH_INVOCATIONS = 32_768

/**
 * Adds C to what is at `to` of the gradient, a WGSL expression: for few elements and long sums, such as the gradient of a
 * weight. k goes in chunks; a second pass adds these up.
 */
export function longSums<Size extends string>(sums: Matmul<Size>, to: string): Shader<Size> {
  const blocks = (sizes: Sizes<Size>) => Math.ceil(sums.m(sizes) / 4) * Math.ceil(sums.n(sizes) / 4)
  const chunkDepth = (sizes: Sizes<Size>) =>
    Math.max(Math.ceil(sums.k(sizes) / Math.ceil(ENOUGH_INVOCATIONS / blocks(sizes))), LEAST_DEPTH)
  const chunks = (sizes: Sizes<Size>) => Math.ceil(sums.k(sizes) / chunkDepth(sizes))
  const elements = (sizes: Sizes<Size>) => sums.m(sizes) * sums.n(sizes)
  const { m, n, k } = sums.counts
  return {
    wide: (sizes) => sums.byFours(sizes),
    derived: { chunkDepth, chunks },
    workspace: (sizes) => (chunks(sizes) === 1 ? 0 : chunks(sizes) * elements(sizes)),
    passes: [
      {
        code: (lanes) => `${sums.accesses(lanes)}
@compute @workgroup_size(${GROUP}) fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * ${GROUP}u;
  let across = (${n} + 3u) / 4u;
  let down = (${m} + 3u) / 4u;
  let n = i % across * 4u;
  let m = i / across % down * 4u;
  let chunk = i / (across * down);
  if (chunk >= call.chunks) { return; }
  ${lines((r) => `var sum${r} = vec4f(0);`)}
  let end = min((chunk + 1u) * call.chunkDepth, ${k});
  for (var k = chunk * call.chunkDepth; k < end; k += 1u) {
    let l = left(m, k);
    let r = right(k, n);
    ${lines((r) => `sum${r} += l[${r}] * r;`)}
  }
  var sums = array<vec4f, 4>(sum0, sum1, sum2, sum3);
  for (var r = 0u; r < min(4u, ${m} - m); r += 1u) {
    for (var c = 0u; c < min(4u, ${n} - n); c += 1u) {
      let element = (m + r) * ${n} + n + c;
      if (call.chunks == 1u) { gradient[${to} + element] += sums[r][c]; }
      else { workspace[chunk * ${m} * ${n} + element] = sums[r][c]; }
    }
  }
}`,
        workgroups: (sizes) => oneForEach(blocks(sizes) * chunks(sizes), GROUP),
      },
      {
        code: `
@compute @workgroup_size(${GROUP}) fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * ${GROUP}u;
  let elements = ${m} * ${n};
  if (i >= elements) { return; }
  var sum = 0f;
  for (var chunk = 0u; chunk < call.chunks; chunk += 1u) { sum += workspace[chunk * elements + i]; }
  gradient[${to} + i] += sum;
}`,
        workgroups: (sizes) => (chunks(sizes) === 1 ? [0] : oneForEach(elements(sizes), GROUP)),
      },
    ],
  }
}
