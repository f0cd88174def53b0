/**
 * depthwiseWeightGradient: dw[t][c] += Σ_p x[p + t][c] · dy[p][c] over all pixels p of the batch, for the nine taps t.
 *
 * An invocation goes down columns of pixels and keeps three rows of three pixels at hand; sixteen channels and sixteen
 * columns are at work in a workgroup. The sums of each chunk of columns go to the workspace, and a second pass adds them up.
 */
import { oneForEach, type KernelShader } from './shader.ts'

const MOST_CHUNKS = 64
/** Columns, and channels (or fours of channels), that a workgroup has at work at a time. */
const AT_ONCE = 16

interface Columns {
  readonly batch: number
  readonly width: number
}

const chunksOf = ({ batch, width }: Columns) => Math.min(MOST_CHUNKS, Math.ceil((batch * width) / AT_ONCE))

export const depthwiseWeightGradient: KernelShader<'depthwiseWeightGradient'> = {
  workspace: (sizes) => chunksOf(sizes) * 9 * sizes.channels,
  passes: [
    {
      code: `
var<workgroup> parts: array<f32, ${9 * AT_ONCE * AT_ONCE}>;
@compute @workgroup_size(256) fn main(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) t: u32
) {
  let lane = t / ${AT_ONCE}u;
  let channel = group.x * ${AT_ONCE}u + t % ${AT_ONCE}u;
  let row = call.width * call.channels;
  var sums = array<f32, 9>();
  if (channel < call.channels) {
    for (var column = group.y * ${AT_ONCE}u + lane; column < call.batch * call.width; column += groups.y * ${AT_ONCE}u) {
      let x = column % call.width;
      let left = select(0., 1., x > 0u);
      let right = select(0., 1., x + 1u < call.width);
      let start = column / call.width * call.height * row + x * call.channels + channel;
      var above = vec3f(0);
      var here = vec3f(0);
      var below = threeAt(start, left, right);
      for (var y = 0u; y < call.height; y++) {
        above = here;
        here = below;
        below = select(vec3f(0), threeAt(start + min(y + 1u, call.height - 1u) * row, left, right), y + 1u < call.height);
        let g = at(call.dy + start + y * row);
        ${['above', 'here', 'below']
          .flatMap((name, ky) => ['x', 'y', 'z'].map((axis, kx) => `sums[${3 * ky + kx}] += g * ${name}.${axis};`))
          .join('\n        ')}
      }
    }
  }
  for (var tap = 0u; tap < 9u; tap++) { parts[tap * 256u + t] = sums[tap]; }
  workgroupBarrier();
  if (t >= ${9 * AT_ONCE}u) { return; }
  let tap = t / ${AT_ONCE}u;
  let sumsOf = group.x * ${AT_ONCE}u + t % ${AT_ONCE}u;
  if (sumsOf >= call.channels) { return; }
  var sum = 0.;
  for (var i = 0u; i < ${AT_ONCE}u; i++) { sum += parts[tap * 256u + i * ${AT_ONCE}u + t % ${AT_ONCE}u]; }
  workspace[(group.y * 9u + tap) * call.channels + sumsOf] = sum;
}
fn threeAt(middle: u32, left: f32, right: f32) -> vec3f {
  let step = vec2u(vec2f(left, right)) * call.channels;
  let i = call.x + middle;
  return vec3f(left * at(i - step.x), at(i), right * at(i + step.y));
}`,
      workgroups: (sizes) => [Math.ceil(sizes.channels / AT_ONCE), chunksOf(sizes)],
    },
    {
      code: `
@compute @workgroup_size(256) fn main(@builtin(global_invocation_id) id: vec3u) {
  let count = 9u * call.channels;
  if (id.x >= count) { return; }
  let chunks = min(${MOST_CHUNKS}u, (call.batch * call.width + ${AT_ONCE - 1}u) / ${AT_ONCE}u);
  var sum = gradient[call.dw + id.x];
  for (var chunk = 0u; chunk < chunks; chunk++) { sum += workspace[chunk * count + id.x]; }
  gradient[call.dw + id.x] = sum;
}`,
      workgroups: ({ channels }) => oneForEach(9 * channels),
    },
  ],
}
