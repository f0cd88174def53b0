/** WGSL for rows of four numbers that may end early, by fours where an operand allows it. */
import type { LaneCount } from './shader.ts'

/** `leftOf(count, start)`: how many of `count` there are from `start` on. */
export const FOURS = `
const STEPS = vec4u(0u, 1u, 2u, 3u);
fn leftOf(count: u32, start: u32) -> u32 { return count - min(start, count); }`

/** Four parameters from `start` on, a WGSL expression. */
export function parametersFour(start: string): string {
  return parametersAtAll(`${start} + STEPS`)
}

/** Parameters at four places, a WGSL expression of type `vec4u`. */
export function parametersAtAll(places: string): string {
  return `vec4f(${['x', 'y', 'z', 'w'].map((one) => `parameters[(${places}).${one}]`).join(', ')})`
}

/**
 * `fourOf(operand, run, c)`: numbers c…c+3 of a run in the arena, which is a `vec3u` of where c = 0 would be, the first c
 * and the one behind the last; zeros outside of these.
 */
export function run(lanes: LaneCount): string {
  if (lanes === 4) {
    return `
fn fourOf(operand: u32, run: vec3u, c: u32) -> vec4f {
  return select(vec4f(0), at(operand + (run.x + c) / 4u), c >= run.y && c < run.z);
}`
  }
  return `
fn fourOf(operand: u32, run: vec3u, c: u32) -> vec4f {
  let i = operand + run.x + c;
  let steps = c + STEPS;
  return select(vec4f(0), vec4f(at(i), at(i + 1u), at(i + 2u), at(i + 3u)), (steps >= vec4u(run.y)) & (steps < vec4u(run.z)));
}`
}

/** `keep(operand, start, left, value)` writes as many of four numbers as are `left`; `addTo` adds them. */
export function keep(lanes: LaneCount): string {
  const body = (value: (to: string, lane: string) => string) =>
    lanes === 4
      ? `if (left > 0u) { put(operand + start / 4u, ${value('operand + start / 4u', '')}); }`
      : `for (var i = 0u; i < min(left, 4u); i += 1u) { put(operand + start + i, ${value('operand + start + i', '[i]')}); }`
  return `
fn keep(operand: u32, start: u32, left: u32, value: vec4f) { ${body((_, lane) => `value${lane}`)} }
fn addTo(operand: u32, start: u32, left: u32, value: vec4f) { ${body((to, lane) => `at(${to}) + value${lane}`)} }`
}

/** Four lines of WGSL, one for each of 0 to 3. */
export function lines(line: (index: number) => string): string {
  return [0, 1, 2, 3].map(line).join('\n  ')
}
