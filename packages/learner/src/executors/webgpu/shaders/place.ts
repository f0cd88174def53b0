/**
 * Crops become a batch of images on the device, as `placePixels` (data/pixels.ts) makes it: moved down and to the right,
 * mirrored, (byte / 255 − mean) / deviation; 0 where a shift moves in what is outside.
 *
 * `crops` has four bytes to a number; at `placements` four numbers per image: crop, mirrored, down, right.
 */
import { DEVIATION, MEAN } from '../../../data/pixels.ts'
import { oneForEach, type Shader } from './shader.ts'

/** Numbers of one placement. */
export const PLACEMENT_SIZE = 4

export const place: Shader<'batch' | 'height' | 'width'> = {
  passes: [
    {
      code: `
const SCALE = vec3f(${DEVIATION.map((deviation) => 1 / (255 * deviation)).join(', ')});
const SHIFT = vec3f(${DEVIATION.map((deviation, channel) => -MEAN[channel] / deviation).join(', ')});
@compute @workgroup_size(256) fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = indexOf(id, groups);
  let size = call.height * call.width * 3u;
  let image = i / size;
  if (image >= call.batch) { return; }
  let placement = call.placements + image * ${PLACEMENT_SIZE}u;
  let channel = i % 3u;
  let y = i / (3u * call.width) % call.height - crops[placement + 2u];
  let moved = i / 3u % call.width - crops[placement + 3u];
  let x = select(moved, call.width - 1u - moved, crops[placement + 1u] == 1u);
  let at = call.crops * 4u + crops[placement] * size + (y * call.width + x) * 3u + channel;
  let byte = extractBits(crops[at / 4u], at % 4u * 8u, 8u);
  let inside = y < call.height && moved < call.width;
  put(call.images + i, select(0., f32(byte) * SCALE[channel] + SHIFT[channel], inside));
}`,
      workgroups: ({ batch, height, width }) => oneForEach(batch * height * width * 3),
    },
  ],
}
