/**
 * A product with 64 × 64 of C per workgroup: tiles of L and R go through workgroup memory, so that each number is read once
 * for 64. For graphics cards: where barriers are played on a processor, this is several times slower than reading again.
 */
import { lines } from './fours.ts'
import type { Counts } from './matmul.ts'
import type { Workgroups } from './shader.ts'

/** Rows and columns of C in a workgroup of 16 × 16 invocations. */
export const TILE = 64
/** k that pass through at a time. */
const DEPTH = 16
/** Quadruples in a row of L's tile, one of padding, which keeps rows out of each other's memory banks. */
const STRIDE = DEPTH / 4 + 1

export function tiled({ m, k }: Pick<Counts, 'm' | 'k'>, accesses: string): string {
  return `${accesses}
var<workgroup> lefts: array<vec4f, ${TILE * STRIDE}>;
var<workgroup> rights: array<vec4f, ${(DEPTH * TILE) / 4}>;
@compute @workgroup_size(256) fn main(@builtin(local_invocation_index) t: u32, @builtin(workgroup_id) group: vec3u) {
  let x = t % 16u;
  let y = t / 16u;
  let m = group.x * ${TILE}u;
  let n = group.y * ${TILE}u;
  ${lines((r) => `var sum${r} = vec4f(0);`)}
  for (var k = 0u; k < ${k}; k += ${DEPTH}u) {
    lefts[t / 4u * ${STRIDE}u + t % 4u] = left(m + t / 4u, k + t % 4u * 4u);
    rights[t] = right(k + y, n + x * 4u);
    workgroupBarrier();
    for (var q = 0u; q < ${DEPTH / 4}u; q += 1u) {
      ${lines((r) => `let r${r} = rights[(q * 4u + ${r}u) * 16u + x];`)}
      ${lines((r) => `let l${r} = lefts[(y + ${16 * r}u) * ${STRIDE}u + q];`)}
      ${lines((r) => `sum${r} += l${r}.x * r0 + l${r}.y * r1 + l${r}.z * r2 + l${r}.w * r3;`)}
    }
    workgroupBarrier();
  }
  ${lines((r) => `if (m + y + ${16 * r}u < ${m}) { store(m + y + ${16 * r}u, n + x * 4u, sum${r}); }`)}
}`
}

/** One workgroup per tile. */
export function tilesOf(m: number, n: number): Workgroups {
  return [Math.ceil(m / TILE), Math.ceil(n / TILE)]
}
