/**
 * The channel gate of squeeze and excitation (Hu et al. 2018), on images of `pixels × channels`: means = mean_p x;
 * hidden = max(0, means·w1 + b1); factors = sigmoid(hidden·w2 + b2); y = x · factors.
 *
 * Backwards: dlogits = factors·(1 − factors)·Σ_p dy·x; dhidden = dlogits·w2ᵀ where hidden > 0, else 0;
 * dx = dy·factors + (dhidden·w1ᵀ) / pixels; and the sums over the batch dw1 += means·dhidden, db1 += dhidden,
 * dw2 += hidden·dlogits, db2 += dlogits.
 */
import { sumOverPixels } from './pixel-sums.ts'
import { sharedOrAlone } from './sharing.ts'
import { oneForEach, type KernelShader, type Sizes } from './shader.ts'

export const gateFactors: readonly KernelShader<'gateFactors'>[] = sharedOrAlone((sharing) => ({
  passes: [
    sumOverPixels(sharing, { term: 'at(call.x + i)', statement: 'put(call.means + to, sum / f32(call.pixels));' }),
    // Hidden units are few: each channel's invocation computes all of them for itself.
    {
      code: `
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
  let image = id.x / call.channels;
  let c = id.x % call.channels;
  if (image >= call.batch) { return; }
  var logit = parameters[call.b2 + c];
  for (var j = 0u; j < call.units; j++) {
    var unit = parameters[call.b1 + j];
    for (var other = 0u; other < call.channels; other++) {
      unit += at(call.means + image * call.channels + other) * parameters[call.w1 + other * call.units + j];
    }
    unit = max(unit, 0.);
    logit += unit * parameters[call.w2 + j * call.channels + c];
    if (c == 0u) { put(call.hidden + image * call.units + j, unit); }
  }
  put(call.factors + id.x, 1 / (1 + exp(-logit)));
}`,
      workgroups: ({ batch, channels }) => oneForEach(batch * channels, 64),
    },
  ],
}))

export const gate: KernelShader<'gate'> = {
  wide: ({ channels }) => channels % 4 === 0,
  passes: [
    {
      code: `
@compute @workgroup_size(256) fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let channels = call.channels / LANES;
  let i = indexOf(id, groups);
  let image = i / (channels * call.pixels);
  if (image >= call.batch) { return; }
  let value = at(call.x + i) * at(call.factors + image * channels + i % channels);
  if (call.accumulate == 1u) { put(call.y + i, at(call.y + i) + value); } else { put(call.y + i, value); }
}`,
      workgroups: ({ batch, pixels, channels }, lanes) => oneForEach((batch * pixels * channels) / lanes),
    },
  ],
}

/** Pixels that an invocation goes through: as few as keep a device busy, since it first computes the hidden gradient. */
const stretch = ({ batch, pixels, channels }: Sizes<'batch' | 'pixels' | 'channels'>) =>
  Math.min(pixels, Math.max(16, Math.ceil((batch * pixels * channels) / 16_384)))

export const gateGradient: readonly KernelShader<'gateGradient'>[] = sharedOrAlone((sharing) => ({
  derived: { stretch },
  passes: [
    sumOverPixels(sharing, {
      term: 'at(call.dy + i) * at(call.x + i)',
      statement: 'let factor = at(call.factors + to); put(call.dlogits + to, factor * (1 - factor) * sum);',
    }),
    {
      code: `
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x % (call.batch * call.channels);
  let image = i / call.channels;
  let c = i % call.channels;
  let first = id.x / (call.batch * call.channels) * call.stretch;
  if (first >= call.pixels) { return; }
  var mean = 0.;
  for (var j = 0u; j < call.units; j++) {
    var unit = 0.;
    if (at(call.hidden + image * call.units + j) > 0) {
      for (var other = 0u; other < call.channels; other++) {
        unit += at(call.dlogits + image * call.channels + other) * parameters[call.w2 + j * call.channels + other];
      }
    }
    mean += unit * parameters[call.w1 + c * call.units + j];
    if (first == 0u && c == 0u) { put(call.dhidden + image * call.units + j, unit); }
  }
  mean /= f32(call.pixels);
  let factor = at(call.factors + i);
  for (var pixel = first; pixel < min(first + call.stretch, call.pixels); pixel++) {
    let place = (image * call.pixels + pixel) * call.channels + c;
    put(call.dx + place, at(call.dy + place) * factor + mean);
  }
}`,
      workgroups: (sizes) => oneForEach(sizes.batch * sizes.channels * Math.ceil(sizes.pixels / stretch(sizes)), 64),
    },
  ],
}))

export const gateWeightGradient: KernelShader<'gateWeightGradient'> = {
  passes: [
    {
      code: `
@compute @workgroup_size(256) fn main(@builtin(global_invocation_id) id: vec3u) {
  let c = id.x % call.channels;
  let j = id.x / call.channels;
  if (j >= call.units) { return; }
  var dw1 = 0.;
  var db1 = 0.;
  var dw2 = 0.;
  var db2 = 0.;
  for (var image = 0u; image < call.batch; image++) {
    let dunit = at(call.dhidden + image * call.units + j);
    let dlogit = at(call.dlogits + image * call.channels + c);
    dw1 += at(call.means + image * call.channels + c) * dunit;
    db1 += dunit;
    dw2 += at(call.hidden + image * call.units + j) * dlogit;
    db2 += dlogit;
  }
  gradient[call.dw1 + c * call.units + j] += dw1;
  gradient[call.dw2 + j * call.channels + c] += dw2;
  if (c == 0u) { gradient[call.db1 + j] += db1; }
  if (j == 0u) { gradient[call.db2 + c] += db2; }
}`,
      workgroups: ({ channels, units }) => oneForEach(channels * units),
    },
  ],
}
