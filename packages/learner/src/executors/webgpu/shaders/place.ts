/**
 * Crops become a batch of images on the device, as `placePixels` (data/pixels.ts) makes it: moved down and to the right,
 * mirrored, coloured, (byte / 255 − mean) / deviation; 0 where a shift moves in what is outside, and in what is erased.
 *
 * `crops` has four bytes to a number; at `placements` are those of `PLACEMENT` for each image, of which only the first four
 * are read where its `changes` are none.
 */
import { DEVIATION, LUMA, MEAN } from '../../../data/pixels.ts'
import { oneForEach, type Shader } from './shader.ts'

/** Numbers of one placement, in their order: integers, and the three of `COLOUR`, which are float32. */
export const PLACEMENT = ['crop', 'changes', 'down', 'right', 'top', 'left', 'bottom', 'end'] as const
export const COLOUR = ['gain', 'saturation', 'offset'] as const
export const PLACEMENT_SIZE = PLACEMENT.length + COLOUR.length

/** Bits of `changes`. */
export const CHANGES = { mirrored: 1, coloured: 2, erased: 4 } as const

const at = (name: (typeof PLACEMENT)[number]) => `crops[placement + ${PLACEMENT.indexOf(name)}u]`
const colour = (name: (typeof COLOUR)[number]) =>
  `bitcast<f32>(crops[placement + ${PLACEMENT.length + COLOUR.indexOf(name)}u])`

export const place: Shader<'batch' | 'height' | 'width'> = {
  passes: [
    {
      code: `
const SCALE = vec3f(${DEVIATION.map((deviation) => 1 / (255 * deviation)).join(', ')});
const SHIFT = vec3f(${DEVIATION.map((deviation, channel) => -MEAN[channel] / deviation).join(', ')});
fn byteAt(i: u32) -> f32 { return f32(extractBits(crops[i / 4u], i % 4u * 8u, 8u)); }
@compute @workgroup_size(256) fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = indexOf(id, groups);
  let size = call.height * call.width * 3u;
  let image = i / size;
  if (image >= call.batch) { return; }
  let placement = call.placements + image * ${PLACEMENT_SIZE}u;
  let changes = ${at('changes')};
  let channel = i % 3u;
  let row = i / (3u * call.width) % call.height;
  let column = i / 3u % call.width;
  let y = row - ${at('down')};
  let moved = column - ${at('right')};
  let x = select(moved, call.width - 1u - moved, (changes & ${CHANGES.mirrored}u) != 0u);
  let pixel = call.crops * 4u + ${at('crop')} * size + (y * call.width + x) * 3u;
  var byte = byteAt(pixel + channel);
  var shown = y < call.height && moved < call.width;
  if ((changes & ${CHANGES.coloured}u) != 0u) {
    let luma = dot(vec3f(${LUMA.join(', ')}), vec3f(byteAt(pixel), byteAt(pixel + 1u), byteAt(pixel + 2u)));
    let mixed = mix(luma, byte, ${colour('saturation')});
    byte = clamp(${colour('gain')} * mixed + 255 * ${colour('offset')}, 0., 255.);
  }
  if ((changes & ${CHANGES.erased}u) != 0u) {
    shown = shown && (row < ${at('top')} || row >= ${at('bottom')} || column < ${at('left')} || column >= ${at('end')});
  }
  put(call.images + i, select(0., byte * SCALE[channel] + SHIFT[channel], shown));
}`,
      workgroups: ({ batch, height, width }) => oneForEach(batch * height * width * 3),
    },
  ],
}
