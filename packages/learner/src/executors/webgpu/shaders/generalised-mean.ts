/**
 * Generalised means over space (Radenović et al. 2019, equation 3) with p = 3:
 * generalisedMean: y[n][c] = (Σ_p max(x[n][p][c], ε)³ / pixels)^⅓; generalisedMeanGradient:
 * dx[n][p][c] = dy[n][c]·(x[n][p][c] / y[n][c])² / pixels where x[n][p][c] > ε, else 0.
 */
import { GENERALISED_MEAN_FLOOR } from '@passerby/backbones'
import { sumOverPixels } from './pixel-sums.ts'
import { sharedOrAlone } from './sharing.ts'
import { oneForEach, type KernelShader } from './shader.ts'

const FLOOR = `
const FLOOR = f32(${GENERALISED_MEAN_FLOOR});`

/** `pow` is good to some five digits: a step of Newton's method makes it as good as the rest. */
const ROOTS = `${FLOOR}
fn cube(i: u32) -> f32 {
  let value = max(at(i), FLOOR);
  return value * value * value;
}
fn cubeRoot(x: f32) -> f32 {
  let root = pow(x, 1. / 3.);
  return root + (x / (root * root) - root) / 3.;
}`

export const generalisedMean: readonly KernelShader<'generalisedMean'>[] = sharedOrAlone((sharing) => ({
  passes: [
    sumOverPixels(sharing, {
      functions: ROOTS,
      term: 'cube(call.x + i)',
      statement: 'put(call.y + to, cubeRoot(sum / f32(call.pixels)));',
    }),
  ],
}))

/** y is at least ε but for the rounding of how it is stored. */
export const generalisedMeanGradient: KernelShader<'generalisedMeanGradient'> = {
  wide: ({ channels }) => channels % 4 === 0,
  passes: [
    {
      code: `${FLOOR}
@compute @workgroup_size(256) fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let channels = call.channels / LANES;
  let i = indexOf(id, groups);
  let image = i / (channels * call.pixels);
  if (image >= call.batch) { return; }
  let place = image * channels + i % channels;
  let value = at(call.x + i);
  let ratio = value / max(at(call.y + place), Lanes(FLOOR));
  let slope = at(call.dy + place) * ratio * ratio / f32(call.pixels);
  put(call.dx + i, select(Lanes(0), slope, value > Lanes(FLOOR)));
}`,
      workgroups: ({ batch, pixels, channels }, lanes) => oneForEach((batch * pixels * channels) / lanes),
    },
  ],
}
