/** Stock TensorFlow.js and ours in turns, on every backend of every host. */
import { reasonOf } from '@passerby/crops'
import type { Lane, LaneOptions, StepCounts } from '@passerby/learner/bench'
import { type Cell, table } from '../../terminal/table.ts'
import { laneOn } from '../host.ts'
import { type Bench, type Part, type Place, placeName, TURN } from '../part.ts'
import { takeTurns, type Timing } from '../take-turns.ts'

export interface ComparedLane extends Partial<Timing> {
  /** Host and backend. */
  readonly place: string
  readonly contender: LaneOptions['contender']
  readonly imagesPerSecond?: number
  /** How many times as fast as stock in the same place. */
  readonly timesStock?: number
  readonly counts?: StepCounts
  /** Why figures are missing. */
  readonly failure?: string
}

const CONTENDERS = ['stock', 'ours'] as const

export const comparison: Part<readonly ComparedLane[]> = {
  title: 'Training steps',
  async measure(bench) {
    const lanes: ComparedLane[] = []
    for (const place of bench.places) lanes.push(...(await compareIn(place, bench)))
    return lanes
  },
  text: comparisonTable,
}

/** A lane that fails says why. */
async function compareIn(place: Place, bench: Bench): Promise<readonly ComparedLane[]> {
  const { workload, steps, say } = bench
  const { host, backend } = place
  const lanes = await Promise.all(CONTENDERS.map((contender) => laneOn(host, { ...workload, contender, backend })))
  try {
    const onTurn = (done: number, of: number) => say(`${placeName(place)}: turn ${done} of ${of}`)
    const timings = await takeTurns(lanes, { steps, turn: TURN, onTurn })
    const [stock] = timings
    const compared: ComparedLane[] = []
    for (const [index, timing] of timings.entries()) {
      const name = { place: placeName(place), contender: CONTENDERS[index] }
      if (typeof timing === 'string') compared.push({ ...name, failure: timing })
      else
        compared.push({
          ...name,
          ...timing,
          imagesPerSecond: (1000 * workload.batchSize) / timing.stepMs,
          ...(typeof stock === 'string' ? {} : { timesStock: stock.stepMs / timing.stepMs }),
          ...(await counted(lanes[index])),
        })
    }
    return compared
  } finally {
    for (const lane of lanes) await lane.close()
  }
}

async function counted(lane: Lane): Promise<Pick<ComparedLane, 'counts' | 'failure'>> {
  try {
    return { counts: await lane.count() }
  } catch (error) {
    return { failure: reasonOf(error) }
  }
}

function comparisonTable(lanes: readonly ComparedLane[]): string {
  const header = [
    '',
    'images/s',
    'ms/step',
    'first, ms',
    '× stock',
    'kernels',
    'dispatches',
    'submits',
    'kB up',
    'back',
  ]
  const cells = lanes.map((lane): readonly Cell[] => [
    `${lane.place} ${lane.contender}`,
    lane.failure ?? lane.imagesPerSecond,
    lane.stepMs,
    lane.firstStepMs === undefined ? undefined : Math.round(lane.firstStepMs),
    lane.timesStock?.toFixed(2),
    lane.counts?.kernels,
    lane.counts?.device?.dispatches,
    lane.counts?.device?.submits,
    kilobytes(lane.counts?.device?.uploaded),
    kilobytes(lane.counts?.device?.readBack),
  ])
  return table(header, cells)
}

const kilobytes = (bytes: number | undefined): Cell => (bytes === undefined ? undefined : bytes / 1000)
