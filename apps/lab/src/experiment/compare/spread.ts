/** One figure over the seeds of a group. */
export interface Spread {
  readonly count: number
  readonly mean: number
  /** Sample standard deviation; 0 for a single seed. */
  readonly deviation: number
  readonly min: number
  readonly max: number
}

/** `undefined` for no values. */
export function spreadOf(values: readonly number[]): Spread | undefined {
  if (values.length === 0) return undefined
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  const deviation = values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0
  return { count: values.length, mean, deviation, min: Math.min(...values), max: Math.max(...values) }
}

/** Whether some seed of the one reaches some seed of the other. */
export function overlap(a: Spread, b: Spread): boolean {
  return a.max >= b.min && b.max >= a.min
}

/** `31.4 ± 0.8`; without the spread where there is one seed. */
export function shownSpread({ count, mean, deviation }: Spread): string {
  return count > 1 ? `${mean.toFixed(1)} ± ${deviation.toFixed(1)}` : mean.toFixed(1)
}
