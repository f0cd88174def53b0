/**
 * WGSL for two sums over the rows of each channel. A workgroup has four times `LANES` channels, and one or more `slots` of
 * invocations for them, each of which takes every so many rows; they add up through workgroup memory.
 */

/** Groups of `LANES` channels in a workgroup. */
export const GROUPS = 4

/**
 * The head of `main`: of this invocation its channel `c`, where that is in a row of the arena, `column`, whether it is
 * `there`, and its `slot`; a row has `row` places.
 */
export function overRows(slots: number): string {
  return `
const SLOTS = ${slots}u;
${slots > 1 ? addUp(GROUPS * slots) : ''}
@compute @workgroup_size(${GROUPS * slots})
fn main(@builtin(local_invocation_index) t: u32, @builtin(workgroup_id) group: vec3u) {
  let slot = t / ${GROUPS}u;
  let c = (group.x * ${GROUPS}u + t % ${GROUPS}u) * LANES;
  let column = c / LANES;
  let row = call.channels / LANES;
  let there = c < call.channels;`
}

/** Declares `sumA` and `sumB`, of what all slots of a channel have in `a` and `b`. */
export function sumsOf(slots: number): string {
  if (slots === 1) return 'let sumA = a; let sumB = b;'
  return `
  addUp(t, a, b);
  let sumA = firsts[t % ${GROUPS}u];
  let sumB = seconds[t % ${GROUPS}u];`
}

const addUp = (invocations: number) => `
var<workgroup> firsts: array<Lanes, ${invocations}>;
var<workgroup> seconds: array<Lanes, ${invocations}>;
fn addUp(t: u32, first: Lanes, second: Lanes) {
  firsts[t] = first;
  seconds[t] = second;
  workgroupBarrier();
  if (t < ${GROUPS}u) {
    var a = first;
    var b = second;
    for (var i = t + ${GROUPS}u; i < ${invocations}u; i += ${GROUPS}u) {
      a += firsts[i];
      b += seconds[i];
    }
    firsts[t] = a;
    seconds[t] = b;
  }
  workgroupBarrier();
}`
