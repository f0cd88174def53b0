import { FederationError } from './errors.ts'
import { type ParamSpec, view } from './params.ts'
import type { GroupMean, SoftTargets, UpdateAbout } from './strategy.ts'

/**
 * Soft targets of the public set, one row per image: l = (1/K) Σ l_k over the K clients of a round, whatever their weights
 * (ALGORITHMS 2.4). In the private way client k adds its share l_k / w_k to its update, so that the weighted sum which the
 * server forms anyway is Σ l_k.
 */
const NAME = 'public.targets'

/** The shares' place in an update. */
export function targetsSpec({ publicImages, embedding }: Pick<UpdateAbout, 'publicImages' | 'embedding'>): ParamSpec {
  return { name: NAME, shape: [publicImages, embedding], role: 'summed' }
}

/** What a client with this weight adds to its update. */
export function targetsShare(targets: Float32Array, weight: number): Float32Array {
  return targets.map((value) => value / weight)
}

/** What rounding may add to a mean of shares. */
const TOLERANCE = 1e-3

/**
 * The mean targets of everyone in a mean over updates: (Σ w·l_k/w) / K. Throws `FederationError` `wrong-targets` where they are
 * no mean of what models say: every row of embeddings is at most as long as 1, one of scores adds up to 1 and has none below 0.
 */
export function targetsFromShares({ extras, weight, clients }: GroupMean, { of }: SoftTargets): Float32Array {
  const values = view(extras, NAME).map((value) => (value * weight) / clients.length)
  const width = extras.layout.find(({ name }) => name === NAME)?.shape[1] ?? values.length
  const isRow = of === 'embeddings' ? isMeanEmbedding : areMeanScores
  for (let from = 0; from < values.length; from += width)
    if (!isRow(values.subarray(from, from + width)))
      throw new FederationError(
        'wrong-targets',
        `Some client’s soft targets are none: row ${from / width + 1} of their mean is out of range. Whose is not seen in the private way: take clients out, or begin a federation whose coordinator computes them.`,
      )
  return values
}

const isMeanEmbedding = (row: Float32Array) => row.reduce((sum, value) => sum + value ** 2, 0) <= (1 + TOLERANCE) ** 2

const areMeanScores = (row: Float32Array) =>
  Math.abs(row.reduce((sum, value) => sum + value, 0) - 1) <= TOLERANCE && row.every((value) => value >= -TOLERANCE)

/** The mean of targets as they are computed, in double precision. */
export function meanTargets() {
  let sum = new Float64Array(0)
  let count = 0
  return {
    add(targets: Float32Array): void {
      if (count === 0) sum = new Float64Array(targets.length)
      if (targets.length !== sum.length)
        throw new RangeError(`meanTargets: ${targets.length} values after ${sum.length}`)
      for (let i = 0; i < sum.length; i++) sum[i] += targets[i]
      count += 1
    },
    values(): Float32Array {
      if (count === 0) throw new RangeError('meanTargets: there are none')
      return Float32Array.from(sum, (value) => value / count)
    },
  }
}
