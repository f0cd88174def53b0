/** WGSL for rows of four numbers that may end early, by fours where an operand allows it. */
import type { LaneCount } from './shader.ts'

/** `leftOf(count, start)`: how many are left from `start` on; `inside(n, count, also)`: which of n…n+3 are below `count`. */
export const FOURS = `
const STEPS = vec4u(0u, 1u, 2u, 3u);
fn leftOf(count: u32, start: u32) -> u32 { return count - min(start, count); }
fn inside(n: u32, count: u32, also: bool) -> vec4<bool> { return (n + STEPS < vec4u(count)) & vec4<bool>(also); }`

/** Four parameters from `start` on, a WGSL expression. */
export function parametersFour(start: string): string {
  return `vec4f(parameters[${start}], parameters[${start} + 1u], parameters[${start} + 2u], parameters[${start} + 3u])`
}

/** `quadruple(operand, start, left)`: four numbers of the arena, zeros where fewer are `left`. */
export function quadruple(lanes: LaneCount): string {
  return `
fn quadruple(operand: u32, start: u32, left: u32) -> vec4f {
  ${
    lanes === 4
      ? 'return select(vec4f(0), at(operand + start / 4u), left > 0u);'
      : `let i = operand + start;
  let all = vec4f(at(i), at(i + 1u), at(i + 2u), at(i + 3u));
  return select(vec4f(0), all, STEPS < vec4u(left));`
  }
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

/** Four lines of WGSL, or other text, one for each of 0 to 3. */
export function lines(line: (index: number) => string): string {
  return [0, 1, 2, 3].map(line).join('\n  ')
}
