/**
 * WGSL for two sums over the rows of each channel. A workgroup has a few channels, `LANES` in an invocation, and `slots`
 * invocations for each that take every so many rows.
 */

/** Groups of `LANES` channels in a workgroup. */
export const GROUPS = 4

/** The head of `main`: `t`, the channel `c` of this invocation, its `slot`, and `there`: whether c is below `channels`. */
export function overRows(slots: number): string {
  return `
const SLOTS = ${slots}u;
var<workgroup> firsts: array<Lanes, ${GROUPS * slots}>;
var<workgroup> seconds: array<Lanes, ${GROUPS * slots}>;
/** Adds up what all slots of a channel have, in \`firsts[t % ${GROUPS}u]\` and \`seconds[t % ${GROUPS}u]\`. */
fn addUp(t: u32, first: Lanes, second: Lanes) {
  firsts[t] = first;
  seconds[t] = second;
  workgroupBarrier();
  if (t < ${GROUPS}u) {
    var a = first;
    var b = second;
    for (var i = t + ${GROUPS}u; i < ${GROUPS * slots}u; i += ${GROUPS}u) {
      a += firsts[i];
      b += seconds[i];
    }
    firsts[t] = a;
    seconds[t] = b;
  }
  workgroupBarrier();
}
@compute @workgroup_size(${GROUPS * slots})
fn main(@builtin(local_invocation_index) t: u32, @builtin(workgroup_id) group: vec3u) {
  let slot = t / ${GROUPS}u;
  let c = (group.x * ${GROUPS}u + t % ${GROUPS}u) * LANES;
  let there = c < call.channels;`
}
