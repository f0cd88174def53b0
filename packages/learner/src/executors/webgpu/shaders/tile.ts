/**
 * A product with 64 × 64 of C per workgroup: tiles of L and R go through workgroup memory, so that each number is read once
 * for 64. For graphics cards: where barriers are played on a processor, this is several times slower than reading again.
 */
import { lines } from './fours.ts'
import type { Counts } from './matmul.ts'
import type { Workgroups } from './shader.ts'

/** Pixels and columns of C in a workgroup of 16 × 16 invocations. */
export const TILE = 64
/** Channels that pass through at a time. */
const DEPTH = 16
/** Quadruples in a row of L's tile, one of padding, which keeps rows out of each other's memory banks. */
const STRIDE = DEPTH / 4 + 1

export function tiled(from: string, { pixels, taps, channels, columns }: Counts): string {
  return `
var<workgroup> lefts: array<vec4f, ${TILE * STRIDE}>;
var<workgroup> rights: array<vec4f, ${(DEPTH * TILE) / 4}>;
@compute @workgroup_size(256) fn main(@builtin(local_invocation_index) t: u32, @builtin(workgroup_id) group: vec3u) {
  let x = t % 16u;
  let y = t / 16u;
  let p = group.x * ${TILE}u + y;
  let n = group.y * ${TILE}u + x * 4u;
  ${lines((r) => `var sum${r} = vec4f(0);`)}
  let place = placeOf(group.x * ${TILE}u + t / 4u);
  for (var tap = 0u; tap < ${taps}; tap += 1u) {
    let run = runOf(place, tap);
    for (var c = 0u; c < ${channels}; c += ${DEPTH}u) {
      lefts[t / 4u * ${STRIDE}u + t % 4u] = fourOf(call.${from}, run, c + t % 4u * 4u);
      rights[t] = right(tap, c + y, n);
      workgroupBarrier();
      for (var q = 0u; q < ${DEPTH / 4}u; q += 1u) {
        ${lines((r) => `let r${r} = rights[(q * 4u + ${r}u) * 16u + x];`)}
        ${lines((r) => `let l${r} = lefts[(y + ${16 * r}u) * ${STRIDE}u + q];`)}
        ${lines((r) => `sum${r} += l${r}.x * r0 + l${r}.y * r1 + l${r}.z * r2 + l${r}.w * r3;`)}
      }
      workgroupBarrier();
    }
  }
  let left = leftOf(${columns}, n);
  ${lines((r) => `if (p + ${16 * r}u < ${pixels}) { store(p + ${16 * r}u, n, left, sum${r}); }`)}
}`
}

/** One workgroup per tile. */
export function tilesOf(pixels: number, columns: number): Workgroups {
  return [Math.ceil(pixels / TILE), Math.ceil(columns / TILE)]
}
