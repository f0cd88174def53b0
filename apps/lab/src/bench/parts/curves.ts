/** Loss curves of networks, ours beside stock on wasm, from the same values on the same batches. */
import { backboneByName, embeddingSize } from '@passerby/backbones'
import type { ExerciseOptions, LaneOptions } from '@passerby/learner/bench'
import { table } from '../../terminal/table.ts'
import { type BenchHost, laneOn, withLane } from '../host.ts'
import { type Part, placeName } from '../part.ts'

interface CurveRow {
  readonly backbone: string
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
 * differ by 2e-7 of themselves are 0.1 apart after five steps. After some training they stay within 1e-5, while a new head
 * has everything to learn: so curves start there.
 */
const WARM_UP = { steps: 100, rates: { backbone: 0.02, head: 0.02 } }
/** Small enough for stock on a processor to take twenty steps of every network within a minute or two. */
const SHAPE = { height: 32, width: 16, batchSize: 16 }
const RATES = { backbone: 0.003, head: 0.05 }

export const curves = (networks: readonly string[]): Part<readonly CurveRow[]> => ({
  title: `Loss curves over ${STEPS} steps`,
  async measure({ workload, places, say }) {
    const rows: CurveRow[] = []
    for (const backbone of networks) {
      const [{ host }] = places
      const embedding = embeddingSize(backboneByName(backbone))
      say(`${host.name} wasm: stock losses of ${backbone}`)
      const start = await warmedUp(host, { ...workload, ...SHAPE, backbone, embedding })
      const exercise = { ...workload, ...SHAPE, backbone, embedding, rates: RATES, start }
      const stock = await lossesOf(host, { ...exercise, contender: 'stock', backend: 'wasm' })
      for (const place of places) {
        if (place.backend === 'cpu') continue
        say(`${placeName(place)}: losses of ${backbone}`)
        const ours = await lossesOf(place.host, { ...exercise, contender: 'ours', backend: place.backend })
        const row = { backbone, place: placeName(place) }
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
})

async function warmedUp(host: BenchHost, exercise: ExerciseOptions): Promise<Float32Array> {
  const { steps, rates } = WARM_UP
  const lane = await laneOn(host, { ...exercise, rates, contender: 'ours', backend: 'wasm' })
  try {
    await lane.steps(steps)
    return await lane.read()
  } finally {
    await lane.close()
  }
}

/** Why there are none, where they are missing. */
async function lossesOf(host: BenchHost, options: LaneOptions): Promise<readonly number[] | string> {
  const found = await withLane(host, options, (lane) => lane.steps(STEPS))
  return 'failure' in found ? found.failure : found.losses
}

export function largestDifference(one: readonly number[], other: readonly number[]): number {
  return Math.max(...one.map((value, index) => Math.abs(value - other[index])))
}
