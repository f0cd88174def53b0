/** Light modules around a code, of which readers need four. */
export const QUIET_ZONE = 4

/** An SVG path of the dark modules, one unit each, inside the quiet zone. `dark` is row by row, `size` × `size`. */
export function qrPath(dark: ArrayLike<number>, size: number): string {
  let path = ''
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      if (!dark[y * size + x]) continue
      let run = 1
      while (x + run < size && dark[y * size + x + run]) run++
      path += `M${x + QUIET_ZONE} ${y + QUIET_ZONE}h${run}v1h-${run}z`
      x += run
    }
  }
  return path
}
