/**
 * The channel gate of squeeze and excitation (Hu et al. 2018), on images of `pixels × channels`: means = mean_p x;
 * hidden = max(0, means·w1 + b1); factors = sigmoid(hidden·w2 + b2); y = x · factors.
 *
 * Backwards: dlogits = factors·(1 − factors)·Σ_p dy·x; dhidden = dlogits·w2ᵀ where hidden > 0, else 0;
 * dx = dy·factors + (dhidden·w1ᵀ) / pixels; and the sums over the batch dw1 += means·dhidden, db1 += dhidden,
 * dw2 += hidden·dlogits, db2 += dlogits.
 */
import { AT_ONCE, sumOverPixels } from './pixel-sums.ts'
import { oneForEach, type KernelShader } from './shader.ts'

/** Hidden units of a gate, whose values a workgroup keeps. */
const MOST_HIDDEN = 256
/** Pixels that one workgroup of the gradient goes through. */
const PIXELS = 256

/** For every hidden unit `j`, sixteen invocations sum `term` over the channels `c`; `unit[j]` is set to `value` of it. */
const hiddenUnits = (term: string, value: string) => `
  for (var first = 0u; first < call.units; first += ${AT_ONCE}u) {
    let j = first + t / ${AT_ONCE}u;
    var part = 0.;
    if (j < call.units) {
      for (var c = t % ${AT_ONCE}u; c < call.channels; c += ${AT_ONCE}u) { part += ${term}; }
    }
    parts[t] = part;
    workgroupBarrier();
    if (j < call.units && t % ${AT_ONCE}u == 0u) {
      var sum = 0.;
      for (var other = 0u; other < ${AT_ONCE}u; other++) { sum += parts[t + other]; }
      unit[j] = ${value};
    }
    workgroupBarrier();
  }`

const WORKGROUP = `
var<workgroup> parts: array<f32, 256>;
var<workgroup> unit: array<f32, ${MOST_HIDDEN}>;`

export const gateFactors: KernelShader<'gateFactors'> = {
  passes: [
    sumOverPixels('at(call.x + i)', 'put(call.means + to, sum / f32(call.pixels));'),
    {
      code: `${WORKGROUP}
@compute @workgroup_size(256) fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) t: u32) {
  let image = group.x * call.channels;
  ${hiddenUnits('at(call.means + image + c) * parameters[call.w1 + c * call.units + j]', 'max(0., sum + parameters[call.b1 + j])')}
  if (t < call.units) { put(call.hidden + group.x * call.units + t, unit[t]); }
  for (var c = t; c < call.channels; c += 256u) {
    var logit = parameters[call.b2 + c];
    for (var j = 0u; j < call.units; j++) { logit += unit[j] * parameters[call.w2 + j * call.channels + c]; }
    put(call.factors + image + c, 1 / (1 + exp(-logit)));
  }
}`,
      workgroups: ({ batch }) => [batch],
    },
  ],
}

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

export const gateGradient: KernelShader<'gateGradient'> = {
  passes: [
    sumOverPixels(
      'at(call.dy + i) * at(call.x + i)',
      'let factor = at(call.factors + to); put(call.dlogits + to, factor * (1 - factor) * sum);',
    ),
    {
      code: `${WORKGROUP}
@compute @workgroup_size(256) fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) t: u32) {
  let image = group.z * call.channels;
  let hiddens = group.z * call.units;
  ${hiddenUnits('at(call.dlogits + image + c) * parameters[call.w2 + j * call.channels + c]', 'select(0., sum, at(call.hidden + hiddens + j) > 0)')}
  if (group.x == 0u && group.y == 0u && t < call.units) { put(call.dhidden + hiddens + t, unit[t]); }
  let c = group.x * ${AT_ONCE}u + t % ${AT_ONCE}u;
  if (c >= call.channels) { return; }
  var mean = 0.;
  for (var j = 0u; j < call.units; j++) { mean += unit[j] * parameters[call.w1 + c * call.units + j]; }
  mean /= f32(call.pixels);
  let factor = at(call.factors + image + c);
  let end = min(call.pixels, (group.y + 1u) * ${PIXELS}u);
  for (var pixel = group.y * ${PIXELS}u + t / ${AT_ONCE}u; pixel < end; pixel += ${AT_ONCE}u) {
    let i = (group.z * call.pixels + pixel) * call.channels + c;
    put(call.dx + i, at(call.dy + i) * factor + mean);
  }
}`,
      workgroups: ({ batch, pixels, channels }) => [Math.ceil(channels / AT_ONCE), Math.ceil(pixels / PIXELS), batch],
    },
  ],
}

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
