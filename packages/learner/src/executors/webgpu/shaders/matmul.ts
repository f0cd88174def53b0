/**
 * Matrix products, C[m][n] = Σ_k L[m][k] · R[k][n], for whatever L and R are made of: a workgroup computes one tile of C,
 * an invocation four columns of some of its rows. Tiles of L and R pass through workgroup memory in quadruples.
 */
import type { Shader, SizeFunction, Sizes, Workgroups } from './shader.ts'

/** The tile of a workgroup, and how it is divided. */
export interface Tile {
  readonly rows: number
  readonly columns: number
  /** Of C in one invocation. */
  readonly rowsEach: number
  /** Groups of invocations that each take a part of k, and add up at the end. */
  readonly slices: number
}

/** k that pass through workgroup memory at a time. */
const DEPTH = 16

export interface Matmul {
  readonly tile: Tile
  /**
   * Whether a quadruple of L runs along k (then `left(m, k)` is L[m][k…k+3]) or along m (then `left(m, k)` is L[m…m+3][k]).
   */
  readonly leftRuns: 'along k' | 'along m'
  /** WGSL expressions: how many m, n and k there are. */
  readonly counts: { readonly m: string; readonly n: string; readonly k: string }
  /**
   * WGSL: `fn left(m: u32, k: u32) -> vec4f`, `fn right(k: u32, n: u32) -> vec4f`, which is R[k][n…n+3], zeros outside the
   * matrices, and `fn store(m: u32, n: u32, chunk: u32, value: vec4f)` for m inside, n perhaps not.
   */
  readonly accesses: string
}

/** The pass's code; where `z` workgroups share k among them, each of them takes `call.chunkDepth`. */
export function matmul({ tile, leftRuns, counts, accesses }: Matmul, split: boolean): string {
  const { rows, columns, rowsEach, slices } = tile
  const [across, down] = [columns / 4, rows / rowsEach]
  const block = across * down
  const invocations = block * slices
  const alongK = leftRuns === 'along k'
  // One quadruple of padding keeps rows out of each other's memory banks.
  const leftStride = (alongK ? DEPTH : rows) / 4 + 1
  const each = (count: number, line: (index: number) => string) =>
    Array.from({ length: count }, (_, i) => line(i)).join('\n')
  const leftOf = alongK
    ? `tileLeft[i / ${DEPTH / 4}u * ${leftStride}u + i % ${DEPTH / 4}u] = left(m0 + i / ${DEPTH / 4}u, k0 + i % ${DEPTH / 4}u * 4u);`
    : `tileLeft[i / ${rows / 4}u * ${leftStride}u + i % ${rows / 4}u] = left(m0 + i % ${rows / 4}u * 4u, k0 + i / ${rows / 4}u);`
  const quadruple = (r: number) => `
    let l${r} = tileLeft[(y + ${r * down}u) * ${leftStride}u + k];
    sum${r} += l${r}.x * r0 + l${r}.y * r1 + l${r}.z * r2 + l${r}.w * r3;`
  const outer = (r: number) => `
    let l${r} = tileLeft[k * ${leftStride}u + y * ${rowsEach / 4}u + ${r}u];
    ${each(4, (lane) => `sum${4 * r + lane} += l${r}[${lane}] * r0;`)}`
  const steps = alongK
    ? `for (var k = slice; k < ${DEPTH / 4}u; k += ${slices}u) {
        ${each(4, (lane) => `let r${lane} = tileRight[(k * 4u + ${lane}u) * ${across}u + x];`)}
        ${each(rowsEach, quadruple)}
      }`
    : `for (var k = slice; k < ${DEPTH}u; k += ${slices}u) {
        let r0 = tileRight[k * ${across}u + x];
        ${each(rowsEach / 4, outer)}
      }`
  const rowOf = (r: number) => (alongK ? `y + ${r * down}u` : `y * ${rowsEach}u + ${r}u`)
  return `
${accesses}
var<workgroup> tileLeft: array<vec4f, ${alongK ? rows * leftStride : DEPTH * leftStride}>;
var<workgroup> tileRight: array<vec4f, ${DEPTH * across}>;
${slices > 1 ? `var<workgroup> sums: array<vec4f, ${invocations * rowsEach}>;` : ''}
@compute @workgroup_size(${invocations})
fn main(@builtin(local_invocation_index) t: u32, @builtin(workgroup_id) group: vec3u) {
  let slice = t / ${block}u;
  let x = t % ${across}u;
  let y = t % ${block}u / ${across}u;
  let m0 = group.x * ${rows}u;
  let n0 = group.y * ${columns}u;
  let first = ${split ? 'group.z * call.chunkDepth' : '0u'};
  let end = ${split ? `min(first + call.chunkDepth, ${counts.k})` : counts.k};
  ${each(rowsEach, (r) => `var sum${r} = vec4f(0);`)}
  for (var k0 = first; k0 < end; k0 += ${DEPTH}u) {
    for (var i = t; i < ${(rows * DEPTH) / 4}u; i += ${invocations}u) { ${leftOf} }
    for (var i = t; i < ${DEPTH * across}u; i += ${invocations}u) {
      tileRight[i] = right(k0 + i / ${across}u, n0 + i % ${across}u * 4u);
    }
    workgroupBarrier();
    ${steps}
    workgroupBarrier();
  }
  ${slices > 1 ? addSlices(tile, each) : ''}
  ${each(rowsEach, (r) => `if (m0 + ${rowOf(r)} < ${counts.m}) { store(m0 + ${rowOf(r)}, n0 + x * 4u, group.z, sum${r}); }`)}
}`
}

function addSlices(
  { rowsEach, slices, columns, rows }: Tile,
  each: (n: number, line: (i: number) => string) => string,
) {
  const block = ((columns / 4) * rows) / rowsEach
  return `
  ${each(rowsEach, (r) => `sums[t * ${rowsEach}u + ${r}u] = sum${r};`)}
  workgroupBarrier();
  if (slice > 0u) { return; }
  for (var other = t + ${block}u; other < ${block * slices}u; other += ${block}u) {
    ${each(rowsEach, (r) => `sum${r} += sums[other * ${rowsEach}u + ${r}u];`)}
  }`
}

/** One workgroup per tile of an m × n matrix, in each of `chunks`. */
export function tilesOf({ rows, columns }: Tile, m: number, n: number, chunks = 1): Workgroups {
  return [Math.ceil(m / rows), Math.ceil(n / columns), chunks]
}

/** The tile for few columns, and the one for many. */
export const NARROW: Tile = { rows: 64, columns: 16, rowsEach: 4, slices: 1 }
export const SQUARE: Tile = { rows: 64, columns: 64, rowsEach: 4, slices: 1 }
export const isNarrow = (columns: number) => columns <= 48

/** Matrices with long sums and few elements, such as a weight's gradient. */
interface LongSums<Size extends string> {
  readonly m: SizeFunction<Size>
  readonly n: SizeFunction<Size>
  readonly k: SizeFunction<Size>
  readonly counts: Matmul['counts']
  /** `left` along m, and `right`. */
  readonly accesses: (lanes: 1 | 4) => string
  readonly wide: SizeFunction<Size>
}

/** Workgroups that keep a large device busy. */
const ENOUGH_WORKGROUPS = 256
/** k for which a workgroup of its own is worth its sum's way through memory. */
const LEAST_DEPTH = 128
const SMALL: Tile = { rows: 16, columns: 16, rowsEach: 4, slices: 4 }
const LARGE: Tile = { rows: 32, columns: 32, rowsEach: 4, slices: 1 }

/** Adds the product to what is at `call.dw` of the gradient: k in chunks, and a second pass that adds these up. */
export function longSums<Size extends string>(sums: LongSums<Size>): readonly Shader<Size>[] {
  return [SMALL, LARGE].map((tile): Shader<Size> => {
    const chunkDepth = (sizes: Sizes<Size>) => {
      const [x, y = 1] = tilesOf(tile, sums.m(sizes), sums.n(sizes))
      const depth = Math.max(sums.k(sizes) / Math.ceil(ENOUGH_WORKGROUPS / (x * y)), LEAST_DEPTH)
      return Math.ceil(depth / DEPTH) * DEPTH
    }
    const chunks = (sizes: Sizes<Size>) => Math.ceil(sums.k(sizes) / chunkDepth(sizes))
    const { m, n, k } = sums.counts
    const store = `
fn store(m: u32, n: u32, chunk: u32, value: vec4f) {
  for (var i = 0u; i < min(4u, ${n} - min(n, ${n})); i += 1u) {
    let to = m * ${n} + n + i;
    if (call.chunks == 1u) { gradient[call.dw + to] += value[i]; }
    else { workspace[chunk * ${m} * ${n} + to] = value[i]; }
  }
}`
    return {
      ...(tile === SMALL && { fits: (sizes) => Math.min(sums.m(sizes), sums.n(sizes)) <= SMALL.rows }),
      wide: (sizes) => sums.wide(sizes) === 1,
      derived: { chunkDepth, chunks },
      workspace: (sizes) => (chunks(sizes) === 1 ? 0 : chunks(sizes) * sums.m(sizes) * sums.n(sizes)),
      passes: [
        {
          code: (lanes) =>
            matmul({ tile, leftRuns: 'along m', counts: { m, n, k }, accesses: sums.accesses(lanes) + store }, true),
          workgroups: (sizes) => tilesOf(tile, sums.m(sizes), sums.n(sizes), chunks(sizes)),
        },
        {
          code: `
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
  let count = ${m} * ${n};
  if (id.x >= count) { return; }
  var sum = 0f;
  for (var chunk = 0u; chunk < call.chunks; chunk += 1u) { sum += workspace[chunk * count + id.x]; }
  gradient[call.dw + id.x] += sum;
}`,
          workgroups: (sizes) => [chunks(sizes) === 1 ? 0 : Math.ceil((sums.m(sizes) * sums.n(sizes)) / 64)],
        },
      ],
    }
  })
}
