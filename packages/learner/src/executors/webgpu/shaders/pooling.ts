/**
 * Windows over maps. maxPool: y = the largest x of the window; padding never wins. maxPoolGradient: dy goes to the first
 * of a window's largest values, gathered: an input asks each window around it whether it was the first to be as large as
 * what went out. averagePool: y = Σ x / kernel², no padding; averagePoolGradient: dx = Σ dy / kernel² over those windows.
 */
import { oneForEach, type KernelShader } from './shader.ts'

interface Over {
  readonly height: 'height' | 'outHeight'
  readonly width: 'width' | 'outWidth'
  readonly declarations?: string
}

/** `body` finds image, y, x, and c of number i of a map (fours of channels count as one). */
const overMap = ({ height, width, declarations = '' }: Over, body: string): KernelShader<'averagePool'> => ({
  wide: ({ channels }) => channels % 4 === 0,
  passes: [
    {
      code: `
${declarations}
@compute @workgroup_size(256) fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let channels = call.channels / LANES;
  let i = indexOf(id, groups);
  let c = i % channels;
  let x = i32(i / channels % call.${width});
  let y = i32(i / (channels * call.${width}) % call.${height});
  let image = i / (channels * call.${width} * call.${height});
  if (image >= call.batch) { return; }
  let kernel = i32(call.kernel);
  let stride = i32(call.stride);
  ${body}
}`,
      workgroups: (sizes, lanes) => oneForEach((sizes.batch * sizes[height] * sizes[width] * sizes.channels) / lanes),
    },
  ],
})

const INPUT = `
fn inputAt(image: u32, y: i32, x: i32, c: u32) -> u32 {
  return ((image * call.height + u32(y)) * call.width + u32(x)) * (call.channels / LANES) + c;
}`

const OUTPUT = `
fn outputAt(image: u32, y: i32, x: i32, c: u32) -> u32 {
  return ((image * call.outHeight + u32(y)) * call.outWidth + u32(x)) * (call.channels / LANES) + c;
}`

/** The first and last window that hold a pixel, along one axis. */
const WINDOWS = `
fn firstWindow(pixel: i32, padding: i32) -> i32 {
  let beyond = pixel + padding - i32(call.kernel);
  return select(0, beyond / i32(call.stride) + 1, beyond >= 0);
}
fn lastWindow(pixel: i32, padding: i32, windows: u32) -> i32 {
  return min((pixel + padding) / i32(call.stride), i32(windows) - 1);
}`

export const maxPool: KernelShader<'maxPool'> = overMap(
  { height: 'outHeight', width: 'outWidth', declarations: INPUT },
  `
  let top = y * stride - i32(call.padding);
  let left = x * stride - i32(call.padding);
  var largest = Lanes(-3.4e38);
  for (var iy = max(top, 0); iy < min(top + kernel, i32(call.height)); iy++) {
    for (var ix = max(left, 0); ix < min(left + kernel, i32(call.width)); ix++) {
      largest = max(largest, at(call.x + inputAt(image, iy, ix, c)));
    }
  }
  put(call.y + i, largest);`,
)

export const maxPoolGradient: KernelShader<'maxPoolGradient'> = overMap(
  { height: 'height', width: 'width', declarations: INPUT + OUTPUT + WINDOWS },
  `
  let padding = i32(call.padding);
  let value = at(call.x + i);
  var sum = Lanes(0);
  for (var oy = firstWindow(y, padding); oy <= lastWindow(y, padding, call.outHeight); oy++) {
    for (var ox = firstWindow(x, padding); ox <= lastWindow(x, padding, call.outWidth); ox++) {
      let o = outputAt(image, oy, ox, c);
      var wins = at(call.y + o) == value;
      for (var iy = max(oy * stride - padding, 0); iy <= y; iy++) {
        let left = ox * stride - padding;
        let end = select(min(left + kernel, i32(call.width)), x, iy == y);
        for (var ix = max(left, 0); ix < end; ix++) {
          wins = wins & (at(call.x + inputAt(image, iy, ix, c)) != value);
        }
      }
      sum += select(Lanes(0), at(call.dy + o), wins);
    }
  }
  put(call.dx + i, sum);`,
)

export const averagePool: KernelShader<'averagePool'> = overMap(
  { height: 'outHeight', width: 'outWidth', declarations: INPUT },
  `
  var sum = Lanes(0);
  for (var ky = 0; ky < kernel; ky++) {
    for (var kx = 0; kx < kernel; kx++) { sum += at(call.x + inputAt(image, y * stride + ky, x * stride + kx, c)); }
  }
  put(call.y + i, sum / f32(call.kernel * call.kernel));`,
)

export const averagePoolGradient: KernelShader<'averagePoolGradient'> = overMap(
  { height: 'height', width: 'width', declarations: OUTPUT + WINDOWS },
  `
  var sum = Lanes(0);
  for (var oy = firstWindow(y, 0); oy <= lastWindow(y, 0, call.outHeight); oy++) {
    for (var ox = firstWindow(x, 0); ox <= lastWindow(x, 0, call.outWidth); ox++) {
      sum += at(call.dy + outputAt(image, oy, ox, c));
    }
  }
  put(call.dx + i, sum / f32(call.kernel * call.kernel));`,
)
