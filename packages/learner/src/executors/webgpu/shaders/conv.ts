/**
 * Dense k×k convolutions as matrix products, taps t around a pixel p:
 * y[p][o] = Σ_t Σ_i x[p + t][i] · w[t][i][o], dw[t][i][o] += Σ_p x[p + t][i] · dy[p][o],
 * dx[q][i] = Σ_t Σ_o dy[p with p + t = q][o] · w[t][i][o].
 */
import { parametersAtAll, parametersFour } from './fours.ts'
import { longSums, matmul, type Product } from './matmul.ts'
import type { KernelShader, Sizes } from './shader.ts'

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

const byFours = ({ inputs, outputs }: Sizes<Conv>) => inputs % 4 === 0 && outputs % 4 === 0

/** A tap is a line of the kernel: what lies under it is one run, cut off where the map ends. */
const underLines: Product<Conv> = {
  counts: {
    pixels: ({ batch, outHeight, outWidth }) => batch * outHeight * outWidth,
    taps: ({ kernel }) => kernel,
    channels: ({ kernel, inputs }) => kernel * inputs,
    columns: ({ outputs }) => outputs,
  },
  wgsl: {
    pixels: 'call.batch * call.outHeight * call.outWidth',
    taps: 'call.kernel',
    channels: '(call.kernel * call.inputs)',
    columns: 'call.outputs',
  },
  from: 'x',
  byFours,
  // Above and to the left of the map, numbers wrap round to very large ones, and back where something is added.
  runs: `
fn placeOf(p: u32) -> vec3u {
  let line = p / call.outWidth;
  let image = line / call.outHeight;
  let y = line % call.outHeight * call.stride - call.padding;
  return vec3u(p % call.outWidth * call.stride, select(~call.kernel, y, image < call.batch), image * call.height);
}
fn runOf(place: vec3u, tap: u32) -> vec3u {
  let y = place.y + tap;
  let start = ((place.z + y) * call.width + place.x - call.padding) * call.inputs;
  let first = (max(place.x, call.padding) - place.x) * call.inputs;
  let end = (min(place.x + call.kernel, call.width + call.padding) - place.x) * call.inputs;
  return vec3u(start, first, select(0u, end, y < call.height));
}`,
}

/** A tap is one pixel of the kernel, and the pixel of dy, if any, that it reaches with its stride. */
const overTaps: Product<Conv> = {
  counts: {
    pixels: ({ batch, height, width }) => batch * height * width,
    taps: ({ kernel }) => kernel * kernel,
    channels: ({ outputs }) => outputs,
    columns: ({ inputs }) => inputs,
  },
  wgsl: {
    pixels: 'call.batch * call.height * call.width',
    taps: 'call.kernel * call.kernel',
    channels: 'call.outputs',
    columns: 'call.inputs',
  },
  from: 'dy',
  byFours,
  runs: `
fn placeOf(p: u32) -> vec3u {
  let line = p / call.width;
  let image = line / call.height;
  let y = line % call.height + call.padding;
  return vec3u(p % call.width + call.padding, select(0xffffffffu, y, image < call.batch), image * call.outHeight);
}
fn runOf(place: vec3u, tap: u32) -> vec3u {
  let reach = place.xy - vec2u(tap % call.kernel, tap / call.kernel);
  let pixel = reach / call.stride;
  let there = all(pixel * call.stride == reach) && pixel.x < call.outWidth && pixel.y < call.outHeight;
  let start = ((place.z + pixel.y) * call.outWidth + pixel.x) * call.outputs;
  return vec3u(start, 0u, select(0u, call.outputs, there));
}`,
}

const store = (operand: 'y' | 'dx', columns: 'outputs' | 'inputs') => `
fn store(p: u32, n: u32, left: u32, value: vec4f) { keep(call.${operand}, p * call.${columns} + n, left, value); }`

export const conv: readonly KernelShader<'conv'>[] = matmul(
  underLines,
  `
fn right(tap: u32, c: u32, n: u32) -> vec4f {
  return ${parametersFour('call.w + (tap * call.kernel * call.inputs + c) * call.outputs + n')};
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

export const convWeightGradient: KernelShader<'convWeightGradient'> = longSums(underLines)
