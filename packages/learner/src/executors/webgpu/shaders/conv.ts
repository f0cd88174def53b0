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
    taps: ({ kernel }) => kernel * kernel,
    channels: ({ inputs }) => inputs,
    columns: ({ outputs }) => outputs,
  },
  wgsl: {
    pixels: 'call.batch * call.outHeight * call.outWidth',
    taps: 'call.kernel * call.kernel',
    channels: 'call.inputs',
    columns: 'call.outputs',
  },
  from: 'x',
  // Above and to the left of the map, numbers wrap round to very large ones.
  start: `
fn start(p: u32, tap: u32) -> u32 {
  let line = p / call.outWidth;
  let y = line % call.outHeight * call.stride + tap / call.kernel - call.padding;
  let x = p % call.outWidth * call.stride + tap % call.kernel - call.padding;
  let image = line / call.outHeight;
  let there = y < call.height && x < call.width && image < call.batch;
  return select(NONE, ((image * call.height + y) * call.width + x) * call.inputs, there);
}`,
}

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
  start: `
fn start(p: u32, tap: u32) -> u32 {
  let line = p / call.width;
  let y = line % call.height + call.padding - tap / call.kernel;
  let x = p % call.width + call.padding - tap % call.kernel;
  let image = line / call.height;
  let outY = y / call.stride;
  let outX = x / call.stride;
  let there = outY * call.stride == y && outX * call.stride == x && outY < call.outHeight && outX < call.outWidth;
  let pixel = (image * call.outHeight + outY) * call.outWidth + outX;
  return select(NONE, pixel * call.outputs, there && image < call.batch);
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
