/** Numbers as people read them: with units, never more digits than they can use. Pure: `now` is an argument. */

const thousands = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })

/** `12,936` */
export function formatCount(value: number): string {
  return thousands.format(value)
}

/** `1 image`, `12,936 images` */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${formatCount(value)} ${value === 1 ? one : many}`
}

/** Bytes: `0 B`, `512 B`, `3.4 kB`, `0.8 MB`, `1.25 GB`; 1 MB is 10⁶ bytes, one decimal from 0.1 MB on. */
export function formatBytes(bytes: number): string {
  if (bytes < 1_000) return `${thousands.format(bytes)} B`
  if (bytes < 99_950) return `${(bytes / 1e3).toFixed(1)} kB`
  if (bytes < 999_950_000) return `${(bytes / 1e6).toFixed(1)} MB`
  return `${(bytes / 1e9).toFixed(2)} GB`
}

/** A percentage of 0 to 100: `63.2 %` */
export function formatPercent(percent: number): string {
  return `${percent.toFixed(1)} %`
}

/** A fraction of 0 to 1 in whole per cent: `63 %` */
export function formatFraction(fraction: number): string {
  return `${Math.floor(100 * fraction)} %`
}

/** `0.42 s`, `8.3 s`, `42 s`, `1 min 20 s`, `12 min`, `1 h 5 min` */
export function formatSeconds(seconds: number): string {
  if (seconds < 1) return `${seconds.toFixed(2)} s`
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  const minutes = Math.floor(whole / 60)
  if (minutes < 10) return whole % 60 === 0 ? `${minutes} min` : `${minutes} min ${whole % 60} s`
  if (minutes < 60) return `${minutes} min`
  return minutes % 60 === 0 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** An estimate, rounded to what it is worth: `a few seconds left`, `about 40 s left`, `about 2 min left`. */
export function formatTimeLeft(seconds: number): string {
  if (seconds < 5) return 'a few seconds left'
  if (seconds < 55) return `about ${Math.ceil(seconds / 10) * 10} s left`
  if (seconds < 3_570) return `about ${Math.max(1, Math.round(seconds / 60))} min left`
  const hours = Math.round(seconds / 1_800) / 2
  return `about ${hours} h left`
}

/** How long ago: `just now`, `12 s ago`, `3 min ago`, `2 h ago`, `5 days ago`. Milliseconds. */
export function formatAgo(at: number, now: number): string {
  const seconds = Math.max(0, Math.floor((now - at) / 1_000))
  if (seconds < 5) return 'just now'
  if (seconds < 60) return `${seconds} s ago`
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ago`
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)} h ago`
  const days = Math.floor(seconds / 86_400)
  return days === 1 ? 'yesterday' : `${days} days ago`
}

/** A loss or a rate: three significant digits, `—` for what is not known. */
export function formatFigure(value: number | null | undefined): string {
  return value === null || value === undefined ? '—' : value.toPrecision(3)
}
