/**
 * globalAverage: y[n][c] = Σ_p x[n][p][c] / pixels; globalAverageGradient: dx[n][p][c] (+)= dy[n][c] / pixels; and the pass
 * that sums over an image's pixels, which the channel gate has too.
 */
import { oneForEach, type KernelShader, type Pass } from './shader.ts'

/** Channels, and pixels, that a workgroup has at work at a time. */
export const AT_ONCE = 16

/**
 * A workgroup for each image and sixteen channels: sums `term`, which finds the number's place `i` in a map, over the
 * pixels, and then does `statement`, which finds the `sum` and `to`, the place in `[batch, channels]`.
 */
export function sumOverPixels(term: string, statement: string): Pass<'batch' | 'channels'> {
  return {
    code: `
var<workgroup> parts: array<f32, ${AT_ONCE * AT_ONCE}>;
@compute @workgroup_size(256) fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) t: u32) {
  let lane = t / ${AT_ONCE}u;
  let channel = group.x * ${AT_ONCE}u + t % ${AT_ONCE}u;
  var sum = 0.;
  if (channel < call.channels) {
    for (var pixel = lane; pixel < call.pixels; pixel += ${AT_ONCE}u) {
      let i = (group.y * call.pixels + pixel) * call.channels + channel;
      sum += ${term};
    }
  }
  parts[t] = sum;
  workgroupBarrier();
  if (lane > 0u || channel >= call.channels) { return; }
  for (var other = 1u; other < ${AT_ONCE}u; other++) { sum += parts[other * ${AT_ONCE}u + t]; }
  let to = group.y * call.channels + channel;
  ${statement}
}`,
    workgroups: ({ batch, channels }) => [Math.ceil(channels / AT_ONCE), batch],
  }
}

export const globalAverage: KernelShader<'globalAverage'> = {
  passes: [sumOverPixels('at(call.x + i)', 'put(call.y + to, sum / f32(call.pixels));')],
}

export const globalAverageGradient: KernelShader<'globalAverageGradient'> = {
  wide: ({ channels }) => channels % 4 === 0,
  passes: [
    {
      code: `
@compute @workgroup_size(256) fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let channels = call.channels / LANES;
  let i = indexOf(id, groups);
  let image = i / (channels * call.pixels);
  if (image >= call.batch) { return; }
  let share = at(call.dy + image * channels + i % channels) / f32(call.pixels);
  if (call.accumulate == 1u) { put(call.dx + i, at(call.dx + i) + share); } else { put(call.dx + i, share); }
}`,
      workgroups: ({ batch, pixels, channels }, lanes) => oneForEach((batch * pixels * channels) / lanes),
    },
  ],
}
