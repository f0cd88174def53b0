/** Counts as people read them. */

/** `24,558,144`. */
export function grouped(count: number): string {
  return count.toLocaleString('en-US')
}

/** In millions with one decimal, or two for less than ten; as it is below ten thousand: `2,668.7 M`. */
export function millions(count: number): string {
  if (count < 1e4) return grouped(count)
  const digits = count < 1e7 ? 2 : 1
  const number = (count / 1e6).toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
  return `${number} M`
}

/** In the unit that leaves one to three digits before the point: `98.4 MB`. */
export function bytes(count: number): string {
  if (count < 1e6) return `${(count / 1e3).toFixed(1)} kB`
  return count < 1e9 ? `${(count / 1e6).toFixed(1)} MB` : `${(count / 1e9).toFixed(2)} GB`
}

/** `256×128`. */
export function sides({ height, width }: { readonly height: number; readonly width: number }): string {
  return `${height}×${width}`
}
