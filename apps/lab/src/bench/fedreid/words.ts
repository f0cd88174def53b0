/** Figures as the benchmark's page words them. */
import { type Spread, overlap } from '../../experiment/compare/spread.ts'

/** Told where the seeds' ranges meet, or where one seed says nothing of it. */
export function unsure(a: Spread, b: Spread): string {
  if (a.count < 2 || b.count < 2) return ' (one seed)'
  return overlap(a, b) ? ' (within the seeds)' : ''
}

/** The mean alone. */
export const shown = ({ mean }: Spread) => mean.toFixed(1)

/** Of a share from 0 to 1. */
export const percent = (share: number) => `${(100 * share).toFixed(1)} %`

/** With its sign, as in `−1.3`. */
export function signed(value: number, digits = 1): string {
  const text = Math.abs(value).toFixed(digits)
  return value < 0 ? `−${text}` : `+${text}`
}
