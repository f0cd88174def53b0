/**
 * globalAverage: y[n][c] = Σ_p x[n][p][c] / pixels; globalAverageGradient: dx[n][p][c] (+)= dy[n][c] / pixels; and the pass
 * that sums over an image's pixels, which the channel gate has too.
 */
import { mainOf, sharedOrAlone, type Sharing } from './sharing.ts'
import { oneForEach, type KernelShader, type Pass } from './shader.ts'

/** What is summed over pixels, in WGSL. */
interface PixelSum {
  /** In front of `main`. */
  readonly functions?: string
  /** Finds the number's place `i` in a map. */
  readonly term: string
  /** Finds the `sum` and `to`, its place in `[batch, channels]`. */
  readonly statement: string
}

/** For each image and channel: sums `term` over the pixels, and then does `statement`. */
export function sumOverPixels(sharing: Sharing, parts: PixelSum): Pass<'batch' | 'channels'> {
  const { functions = '', term, statement } = parts
  const { channels: atOnce, lanes } = sharing
  const addUp = `
  parts[t] = sum;
  workgroupBarrier();
  if (lane > 0u) { return; }
  for (var other = 1u; other < ${lanes}u; other++) { sum += parts[other * ${atOnce}u + t]; }`
  return {
    code: `${functions}
${lanes > 1 ? `var<workgroup> parts: array<f32, ${atOnce * lanes}>;` : ''}
${mainOf(sharing)}
  var sum = 0.;
  if (channel < call.channels) {
    for (var pixel = lane; pixel < call.pixels; pixel += ${lanes}u) {
      let i = (group.y * call.pixels + pixel) * call.channels + channel;
      sum += ${term};
    }
  }
  ${lanes > 1 ? addUp : ''}
  if (channel >= call.channels) { return; }
  let to = group.y * call.channels + channel;
  ${statement}
}`,
    workgroups: ({ batch, channels }) => [Math.ceil(channels / atOnce), batch],
  }
}

export const globalAverage: readonly KernelShader<'globalAverage'>[] = sharedOrAlone((sharing) => ({
  passes: [sumOverPixels(sharing, { term: 'at(call.x + i)', statement: 'put(call.y + to, sum / f32(call.pixels));' })],
}))

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
