/** Loss curves of every network, ours beside stock on wasm, from the same values on the same batches. */
import { backboneNames } from '@passerby/backbones'
import { reasonOf } from '@passerby/crops'
import type { ExerciseOptions, LaneOptions, Rates } from '@passerby/learner/bench'
import { table } from '../../terminal/table.ts'
import { type BenchHost, laneOn } from '../host.ts'
import { type Part, placeName } from '../part.ts'

interface CurveRow {
  readonly backbone: string
  readonly rates: Rates
  readonly place: string
  readonly stock?: readonly number[]
  readonly ours?: readonly number[]
  /** Between losses of the same step. */
  readonly largestDifference?: number
  readonly failure?: string
}

const STEPS = 20

/**
 * OSNet from first values is chaotic: at any rate that a training would have, two runs of one implementation whose weights
 * differ by 2e-7 of themselves are 0.1 apart after five steps. At this rate they stay within 1e-4, while its own training
 * moves the loss by some 0.03: thirty times what is allowed between implementations.
 */
const CALM: Rates = { backbone: 3e-7, head: 0.02 }
const ratesOf = (backbone: string): Rates => (backbone === 'tiny' ? { backbone: 0.01, head: 0.01 } : CALM)

export const curves: Part<readonly CurveRow[]> = {
  title: `Loss curves over ${STEPS} steps`,
  async measure({ workload, places, say }) {
    const rows: CurveRow[] = []
    for (const backbone of backboneNames) {
      const rates = ratesOf(backbone)
      const exercise = { ...workload, backbone, rates }
      const [first] = places
      say(`${first.host.name} wasm: stock losses of ${backbone}`)
      const stock = await lossesOf(first.host, { ...exercise, contender: 'stock', backend: 'wasm' })
      for (const place of places) {
        if (place.backend === 'cpu') continue
        say(`${placeName(place)}: losses of ${backbone}`)
        const ours = await lossesOf(place.host, { ...exercise, contender: 'ours', backend: place.backend })
        const row = { backbone, rates, place: placeName(place) }
        if (typeof stock === 'string') rows.push({ ...row, failure: `stock: ${stock}` })
        else if (typeof ours === 'string') rows.push({ ...row, failure: ours })
        else rows.push({ ...row, stock, ours, largestDifference: largestDifference(stock, ours) })
      }
    }
    return rows
  },
  text: (rows) =>
    table(
      ['', 'first loss', 'last', 'stock, last', 'largest difference'],
      rows.map(({ backbone, place, ours, stock, largestDifference, failure }) => [
        `${backbone}, ${place}`,
        failure ?? ours?.at(0)?.toFixed(4),
        ours?.at(-1)?.toFixed(4),
        stock?.at(-1)?.toFixed(4),
        largestDifference?.toExponential(1),
      ]),
    ),
}

/** Why there are none, where they are missing. */
async function lossesOf(host: BenchHost, options: LaneOptions & ExerciseOptions): Promise<readonly number[] | string> {
  const lane = await laneOn(host, options)
  try {
    return (await lane.steps(STEPS)).losses
  } catch (error) {
    return reasonOf(error)
  } finally {
    await lane.close()
  }
}

export function largestDifference(one: readonly number[], other: readonly number[]): number {
  return Math.max(...one.map((value, index) => Math.abs(value - other[index])))
}
