import { type Layout, type Params, specSize } from './params.ts'

/**
 * A running Σwθ and Σw over client updates, folded as they arrive: memory is that of one model, whatever the
 * number of clients. Each value, and the sum of weights too, is kept as an unevaluated pair of doubles (Knuth's
 * two-sum), about 106 bits, so that the mean rounded to float32 does not depend on the order in which clients answer.
 */
export interface WeightedSum {
  readonly layout: Layout
  /** Σw over the folded updates. */
  readonly weight: number
  /** Number of folded updates. */
  readonly count: number
  /** Folds one update. `weight` is finite and positive; `values` has the layout's size and holds finite numbers. */
  add(values: Float32Array, weight: number): void
  /** Σwθ / Σw. Throws `RangeError` when nothing was folded. */
  mean(): Params
}

/** An empty sum over a layout whose parameters all travel. */
export function weightedSum(layout: Layout): WeightedSum {
  const size = layout.reduce((total, spec) => total + specSize(spec), 0)
  const high = new Float64Array(size)
  const low = new Float64Array(size)
  let weightHigh = 0
  let weightLow = 0
  let count = 0
  return {
    layout,
    get weight() {
      return weightHigh + weightLow
    },
    get count() {
      return count
    },
    add(values, w) {
      if (!(w > 0 && Number.isFinite(w))) throw new RangeError(`weightedSum: weight ${w} is not a positive number`)
      if (values.length !== size) throw new RangeError(`weightedSum: expected ${size} values, got ${values.length}`)
      if (!values.every(Number.isFinite))
        throw new RangeError('weightedSum: the update holds a value that is not finite')
      for (let i = 0; i < size; i++) {
        const term = w * values[i]
        const sum = high[i] + term
        const back = sum - high[i]
        low[i] += high[i] - (sum - back) + (term - back)
        high[i] = sum
      }
      const weight = weightHigh + w
      const back = weight - weightHigh
      weightLow += weightHigh - (weight - back) + (w - back)
      weightHigh = weight
      count += 1
    },
    mean() {
      if (count === 0) throw new RangeError('weightedSum: nothing was folded')
      const values = new Float32Array(size)
      const weight = weightHigh + weightLow
      for (let i = 0; i < size; i++) values[i] = (high[i] + low[i]) / weight
      return { layout, values }
    },
  }
}
