/**
 * Depthwise 3×3, padding 1: y[p][c] = Σ_t x[stride·p + t][c] · w[t][c] over the nine taps t around a pixel, and its input
 * gradient dx[q][c] = Σ_t dy[p with stride·p + t = q][c] · w[t][c]: at stride 1, the same with the taps turned round.
 *
 * An invocation computes a strip of pixels below one another, so that each number is read for up to three of them.
 */
import { oneForEach, type KernelShader } from './shader.ts'

type Depthwise = KernelShader<'depthwise'>

/** Pixels of a strip. */
const STRIP = 4

interface Strips {
  readonly from: 'x' | 'dy'
  readonly to: 'y' | 'dx'
  /** The tap above and to the left. */
  readonly tap: (index: number) => number
  readonly stride: 1 | 2
}

function strips({ from, to, tap, stride }: Strips): Depthwise {
  const code = `
const STRIP = ${STRIP}u;
fn weight(tap: u32, c: u32, inside: bool) -> Lanes {
  return select(Lanes(0), parametersAt(call.w + tap * call.channels + c * LANES), inside);
}
@compute @workgroup_size(256) fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let channels = call.channels / LANES;
  let row = call.width * channels;
  let outRow = call.outWidth * channels;
  let stripsPerImage = (call.outHeight + STRIP - 1u) / STRIP;
  let i = indexOf(id, groups);
  let image = i / (outRow * stripsPerImage);
  if (image >= call.batch) { return; }
  let c = i % channels;
  let column = i / channels % call.outWidth;
  let top = i / outRow % stripsPerImage * STRIP;
  let left = column > 0u;
  let right = column * ${stride}u + 1u < call.width;
  ${each(9, (t) => `let w${t} = weight(${tap(t)}u, c, ${['left', 'true', 'right'][t % 3]});`)}
  ${each(STRIP, (k) => `var sum${k} = Lanes(0);`)}
  let start = image * call.height * row + column * ${stride}u * channels + c;
  let outStart = image * call.outHeight * outRow + column * channels + c;
  let before = select(0u, channels, left);
  let after = select(0u, channels, right);
  var y = 0u;
  var inside = false;
  var middle = 0u;
  var a = Lanes(0);
  var b = Lanes(0);
  var d = Lanes(0);
  ${each(
    stride * (STRIP - 1) + 3,
    (r) => `
  y = top * ${stride}u + ${r}u - 1u;
  inside = y < call.height;
  middle = call.${from} + start + select(0u, y, inside) * row;
  a = select(Lanes(0), at(middle - before), inside);
  b = select(Lanes(0), at(middle), inside);
  d = select(Lanes(0), at(middle + after), inside);
  ${each(3, (ky) => {
    const k = (r - ky) / stride
    return k < 0 || k >= STRIP || !Number.isInteger(k)
      ? ''
      : `sum${k} += a * w${3 * ky} + b * w${3 * ky + 1} + d * w${3 * ky + 2};`
  })}`,
  )}
  ${each(STRIP, (k) => `if (top + ${k}u < call.outHeight) { put(call.${to} + outStart + (top + ${k}u) * outRow, sum${k}); }`)}
}`
  return {
    wide: ({ channels }) => channels % 4 === 0,
    passes: [
      {
        code,
        workgroups: ({ batch, outHeight, outWidth, channels }, lanes) =>
          oneForEach((batch * Math.ceil(outHeight / STRIP) * outWidth * channels) / lanes),
      },
    ],
  }
}

const each = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => line(i)).join('\n  ')

/**
 * The input gradient at stride 2: an invocation computes the pixel under the middle of a window and those on its right and
 * below it, which lie under the windows there, too.
 */
const squares: KernelShader<'depthwiseInputGradient'> = {
  wide: ({ channels }) => channels % 4 === 0,
  passes: [
    {
      code: `
@compute @workgroup_size(256) fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let channels = call.channels / LANES;
  let i = indexOf(id, groups);
  let c = i % channels;
  let column = i / channels % call.outWidth;
  let line = i / (channels * call.outWidth) % call.outHeight;
  let image = i / (channels * call.outWidth * call.outHeight);
  if (image >= call.batch) { return; }
  let right = column + 1u < call.outWidth;
  let below = line + 1u < call.outHeight;
  let after = select(0u, channels, right);
  let under = select(0u, call.outWidth * channels, below);
  let d0 = at(call.dy + i);
  let d1 = select(Lanes(0), at(call.dy + i + after), right);
  let d2 = select(Lanes(0), at(call.dy + i + under), below);
  let d3 = select(Lanes(0), at(call.dy + i + under + after), right && below);
  ${each(9, (t) => `let w${t} = parametersAt(call.w + ${t}u * call.channels + c * LANES);`)}
  let to = call.dx + ((image * call.height + 2u * line) * call.width + 2u * column) * channels + c;
  let row = call.width * channels;
  let wide = 2u * column + 1u < call.width;
  let high = 2u * line + 1u < call.height;
  put(to, d0 * w4);
  if (wide) { put(to + channels, d0 * w5 + d1 * w3); }
  if (high) { put(to + row, d0 * w7 + d2 * w1); }
  if (wide && high) { put(to + row + channels, d0 * w8 + d1 * w6 + d2 * w2 + d3 * w0); }
}`,
      workgroups: ({ batch, outHeight, outWidth, channels }, lanes) =>
        oneForEach((batch * outHeight * outWidth * channels) / lanes),
    },
  ],
}

const atStride1 = (shader: Depthwise): Depthwise => ({ ...shader, fits: ({ stride }) => stride === 1 })

const forwards = (stride: 1 | 2) => strips({ from: 'x', to: 'y', tap: (index) => index, stride })

export const depthwise: readonly KernelShader<'depthwise'>[] = [atStride1(forwards(1)), forwards(2)]

export const depthwiseInputGradient: readonly KernelShader<'depthwiseInputGradient'>[] = [
  atStride1(strips({ from: 'dy', to: 'dx', tap: (index) => 8 - index, stride: 1 })),
  squares,
]
