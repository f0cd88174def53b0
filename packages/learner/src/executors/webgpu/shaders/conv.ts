/**
 * Dense k×k convolutions as matrix products, taps t around a pixel p:
 * y[p][o] = Σ_t Σ_i x[p + t][i] · w[t][i][o], dw[t][i][o] += Σ_p x[p + t][i] · dy[p][o],
 * dx[q][i] = Σ_t Σ_o dy[p with p + t = q][o] · w[t][i][o].
 */
import { parametersAtAll, parametersFour } from './fours.ts'
import { longSums, matmul, type Product } from './matmul.ts'
import type { KernelShader } from './shader.ts'

type Conv =
  | 'batch'
  | 'height'
  | 'width'
  | 'inputs'
  | 'outHeight'
  | 'outWidth'
  | 'outputs'
  | 'kernel'
  | 'stride'
  | 'padding'

const underTaps: Product<Conv> = {
  counts: {
    pixels: ({ batch, outHeight, outWidth }) => batch * outHeight * outWidth,
    taps: ({ kernel }) => kernel,
    channels: ({ inputs }) => inputs,
    columns: ({ outputs }) => outputs,
  },
  wgsl: {
    pixels: 'call.batch * call.outHeight * call.outWidth',
    taps: 'call.kernel',
    channels: 'call.inputs',
    columns: 'call.outputs',
  },
  from: 'x',
  // Above and to the left of the map, numbers wrap round to very large ones.
  start: `
fn placeOf(p: u32) -> vec3u {
  let line = p / call.outWidth;
  let image = line / call.outHeight;
  let y = line % call.outHeight * call.stride - call.padding;
  let x = p % call.outWidth * call.stride - call.padding;
  return vec3u(x, select(NONE - call.kernel, y, image < call.batch), image * call.height);
}
fn start(place: vec3u, ky: u32, kx: u32) -> u32 {
  let y = place.y + ky;
  let x = place.x + kx;
  return select(NONE, ((place.z + y) * call.width + x) * call.inputs, y < call.height && x < call.width);
}`,
}

const overTaps: Product<Conv> = {
  counts: {
    pixels: ({ batch, height, width }) => batch * height * width,
    taps: ({ kernel }) => kernel,
    channels: ({ outputs }) => outputs,
    columns: ({ inputs }) => inputs,
  },
  wgsl: {
    pixels: 'call.batch * call.height * call.width',
    taps: 'call.kernel',
    channels: 'call.outputs',
    columns: 'call.inputs',
  },
  from: 'dy',
  start: `
fn placeOf(p: u32) -> vec3u {
  let line = p / call.width;
  let image = line / call.height;
  let y = line % call.height + call.padding;
  let x = p % call.width + call.padding;
  return vec3u(x, select(NONE, y, image < call.batch), image * call.outHeight);
}
fn start(place: vec3u, ky: u32, kx: u32) -> u32 {
  let y = (place.y - ky) / call.stride;
  let x = (place.x - kx) / call.stride;
  let onGrid = y * call.stride == place.y - ky && x * call.stride == place.x - kx;
  let there = onGrid && y < call.outHeight && x < call.outWidth;
  return select(NONE, ((place.z + y) * call.outWidth + x) * call.outputs, there);
}`,
}

const store = (operand: 'y' | 'dx', columns: 'outputs' | 'inputs') => `
fn store(p: u32, n: u32, left: u32, value: vec4f) { keep(call.${operand}, p * call.${columns} + n, left, value); }`

export const conv: readonly KernelShader<'conv'>[] = matmul(
  underTaps,
  `
fn right(tap: u32, c: u32, n: u32) -> vec4f {
  return ${parametersFour('call.w + (tap * call.inputs + c) * call.outputs + n')};
}`,
  store('y', 'outputs'),
)

export const convInputGradient: readonly KernelShader<'convInputGradient'>[] = matmul(
  overTaps,
  `
fn right(tap: u32, c: u32, n: u32) -> vec4f {
  return ${parametersAtAll('call.w + (tap * call.inputs + n + STEPS) * call.outputs + c')};
}`,
  store('dx', 'inputs'),
)

export const convWeightGradient: KernelShader<'convWeightGradient'> = longSums(underTaps)
