/**
 * depthwiseWeightGradient: dw[t][c] += Σ_p x[stride·p + t][c] · dy[p][c] over all pixels p of dy, for the nine taps t.
 *
 * An invocation goes down columns of dy with three rows of three pixels of x at hand. The sums of each chunk of columns go
 * to the workspace, and a second pass adds them up.
 */
import { mainOf, sharedOrAlone } from './sharing.ts'
import { oneForEach, type KernelShader, type Sizes } from './shader.ts'

const MOST_CHUNKS = 64

/** `threeAt(i, left, right)`: the pixel at i and its neighbours, which count where `left` and `right` are 1. */
const THREE_AT = `
fn threeAt(i: u32, left: f32, right: f32) -> vec3f {
  let middle = call.x + i;
  return vec3f(left * at(middle - u32(left) * call.channels), at(middle), right * at(middle + u32(right) * call.channels));
}`

const addProducts = ['above', 'here', 'below']
  .flatMap((row, ky) => ['x', 'y', 'z'].map((axis, kx) => `sums[${3 * ky + kx}] += g * ${row}.${axis};`))
  .join('\n        ')

export const depthwiseWeightGradient: readonly KernelShader<'depthwiseWeightGradient'>[] = sharedOrAlone((sharing) => {
  const { channels: atOnce, lanes } = sharing
  const chunks = ({ batch, outWidth }: Sizes<'batch' | 'outWidth'>) =>
    Math.min(MOST_CHUNKS, Math.ceil((batch * outWidth) / lanes))
  const addUp = `
  for (var tap = 0u; tap < 9u; tap++) { parts[tap * 256u + t] = sums[tap]; }
  workgroupBarrier();
  if (lane < 9u && channel < call.channels) {
    var sum = 0.;
    for (var i = 0u; i < ${lanes}u; i++) { sum += parts[lane * 256u + i * ${atOnce}u + t % ${atOnce}u]; }
    workspace[to + lane * call.channels] = sum;
  }`
  const keep = `
  if (channel < call.channels) {
    for (var tap = 0u; tap < 9u; tap++) { workspace[to + tap * call.channels] = sums[tap]; }
  }`
  return {
    derived: { chunks },
    workspace: (sizes) => chunks(sizes) * 9 * sizes.channels,
    passes: [
      {
        code: `${THREE_AT}
${lanes > 1 ? `var<workgroup> parts: array<f32, ${9 * atOnce * lanes}>;` : ''}
${mainOf(sharing)}
  let row = call.width * call.channels;
  let outRow = call.outWidth * call.channels;
  let neighbours = call.stride == 1u;
  var sums = array<f32, 9>();
  if (channel < call.channels) {
    for (var column = group.y * ${lanes}u + lane; column < call.batch * call.outWidth; column += groups.y * ${lanes}u) {
      let image = column / call.outWidth;
      let x = column % call.outWidth * call.stride;
      let left = select(0., 1., x > 0u);
      let right = select(0., 1., x + 1u < call.width);
      let start = image * call.height * row + x * call.channels + channel;
      var next = call.dy + image * call.outHeight * outRow + column % call.outWidth * call.channels + channel;
      var above = vec3f(0);
      var here = vec3f(0);
      var below = vec3f(0);
      if (neighbours) { below = threeAt(start, left, right); }
      for (var y = 0u; y < call.height; y += call.stride) {
        if (neighbours) {
          above = here;
          here = below;
        } else {
          above = below;
          here = threeAt(start + y * row, left, right);
        }
        below = vec3f(0);
        if (y + 1u < call.height) { below = threeAt(start + (y + 1u) * row, left, right); }
        let g = at(next);
        next += outRow;
        ${addProducts}
      }
    }
  }
  let to = group.y * 9u * call.channels + channel;
  ${lanes > 1 ? addUp : keep}
}`,
        workgroups: (sizes) => [Math.ceil(sizes.channels / atOnce), chunks(sizes)],
      },
      {
        code: `
@compute @workgroup_size(256) fn main(@builtin(global_invocation_id) id: vec3u) {
  let count = 9u * call.channels;
  if (id.x >= count) { return; }
  var sum = gradient[call.dw + id.x];
  for (var chunk = 0u; chunk < call.chunks; chunk++) { sum += workspace[chunk * count + id.x]; }
  gradient[call.dw + id.x] = sum;
}`,
        workgroups: ({ channels }) => oneForEach(9 * channels),
      },
    ],
  }
})
