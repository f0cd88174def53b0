/**
 * Depthwise 3×3, stride 1, padding 1: y[p][c] = Σ_t x[p + t][c] · w[t][c] over the nine taps t around a pixel p, and its
 * input gradient dx[p][c] = Σ_t dy[p − t][c] · w[t][c]: the same with the taps turned round.
 *
 * An invocation computes a strip of four pixels below one another, so that each number is read for up to three of them.
 */
import { oneForEach, type KernelShader } from './shader.ts'

/** Pixels of a strip. */
const STRIP = 4

interface Names {
  readonly from: 'x' | 'dy'
  readonly to: 'y' | 'dx'
  /** The tap above and to the left. */
  readonly tap: (index: number) => number
}

function strips({ from, to, tap }: Names): KernelShader<'depthwise'> {
  const code = `
const STRIP = ${STRIP}u;
fn weight(tap: u32, c: u32, inside: bool) -> Lanes {
  return select(Lanes(0), parametersAt(call.w + tap * call.channels + c * LANES), inside);
}
@compute @workgroup_size(256) fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let channels = call.channels / LANES;
  let row = call.width * channels;
  let stripsPerImage = (call.height + STRIP - 1u) / STRIP;
  let i = indexOf(id, groups);
  let image = i / (row * stripsPerImage);
  if (image >= call.batch) { return; }
  let c = i % channels;
  let column = i / channels % call.width;
  let top = i / row % stripsPerImage * STRIP;
  let left = column > 0u;
  let right = column + 1u < call.width;
  ${each(9, (t) => `let w${t} = weight(${tap(t)}u, c, ${['left', 'true', 'right'][t % 3]});`)}
  ${each(STRIP, (k) => `var sum${k} = Lanes(0);`)}
  let start = image * call.height * row + column * channels + c;
  let before = select(0u, channels, left);
  let after = select(0u, channels, right);
  var y = top - 1u;
  var inside = false;
  var middle = 0u;
  var a = Lanes(0);
  var b = Lanes(0);
  var d = Lanes(0);
  ${each(
    STRIP + 2,
    (r) => `
  y = top + ${r}u - 1u;
  inside = y < call.height;
  middle = call.${from} + start + select(0u, y, inside) * row;
  a = select(Lanes(0), at(middle - before), inside);
  b = select(Lanes(0), at(middle), inside);
  d = select(Lanes(0), at(middle + after), inside);
  ${each(3, (ky) => {
    const k = r - ky
    return k < 0 || k >= STRIP ? '' : `sum${k} += a * w${3 * ky} + b * w${3 * ky + 1} + d * w${3 * ky + 2};`
  })}`,
  )}
  ${each(STRIP, (k) => `if (top + ${k}u < call.height) { put(call.${to} + start + (top + ${k}u) * row, sum${k}); }`)}
}`
  return {
    wide: ({ channels }) => channels % 4 === 0,
    passes: [
      {
        code,
        workgroups: ({ batch, height, width, channels }, lanes) =>
          oneForEach((batch * Math.ceil(height / STRIP) * width * channels) / lanes),
      },
    ],
  }
}

const each = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => line(i)).join('\n  ')

export const depthwise: KernelShader<'depthwise'> = strips({ from: 'x', to: 'y', tap: (index) => index })

export const depthwiseInputGradient: KernelShader<'depthwiseInputGradient'> = strips({
  from: 'dy',
  to: 'dx',
  tap: (index) => 8 - index,
})
