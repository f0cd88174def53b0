/**
 * Crops become a batch of images on the device, as `placePixels` (data/pixels.ts) makes it: moved down and to the right,
 * mirrored, coloured, (byte / 255 − mean) / deviation; 0 where a shift moves in what is outside, and in what is erased. An
 * invocation makes a pixel, so that nothing is worked out once for each channel.
 *
 * `crops` has four bytes to a number; at `placements` are those of `PLACEMENT` for each image, of which only the first four
 * are read where its `changes` are none.
 */
import { DEVIATION, MEAN } from '@passerby/backbones'
import { LUMA } from '../../../data/pixels.ts'
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
  let pixels = call.height * call.width;
  let image = i / pixels;
  if (image >= call.batch) { return; }
  let placement = call.placements + image * ${PLACEMENT_SIZE}u;
  let changes = ${at('changes')};
  let row = i / call.width % call.height;
  let column = i % call.width;
  let y = row - ${at('down')};
  let moved = column - ${at('right')};
  let x = select(moved, call.width - 1u - moved, (changes & ${CHANGES.mirrored}u) != 0u);
  let start = call.crops * 4u + (${at('crop')} * pixels + y * call.width + x) * 3u;
  var bytes = vec3f(byteAt(start), byteAt(start + 1u), byteAt(start + 2u));
  var shown = y < call.height && moved < call.width;
  if ((changes & ${CHANGES.coloured}u) != 0u) {
    let luma = vec3f(dot(vec3f(${LUMA.join(', ')}), bytes));
    let mixed = mix(luma, bytes, ${colour('saturation')});
    bytes = clamp(${colour('gain')} * mixed + 255 * ${colour('offset')}, vec3f(0), vec3f(255));
  }
  if ((changes & ${CHANGES.erased}u) != 0u) {
    shown = shown && (row < ${at('top')} || row >= ${at('bottom')} || column < ${at('left')} || column >= ${at('end')});
  }
  let values = select(vec3f(0), bytes * SCALE + SHIFT, shown);
  for (var channel = 0u; channel < 3u; channel++) { put(call.images + i * 3u + channel, values[channel]); }
}`,
      workgroups: ({ batch, height, width }) => oneForEach(batch * height * width),
    },
  ],
}
