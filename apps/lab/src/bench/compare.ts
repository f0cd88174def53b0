/** Stock TensorFlow.js and ours on one backend of one host, in turns. */
import { reasonOf } from '@passerby/crops'
import type { Lane, LaneOptions, StepCounts } from '@passerby/learner/bench'
import { type BenchHost, type HostName, laneOn } from './host.ts'
import { takeTurns, type Timing } from './take-turns.ts'

export interface Row extends Partial<Timing> {
  readonly host: HostName
  readonly backend: LaneOptions['backend']
  readonly contender: LaneOptions['contender']
  readonly imagesPerSecond?: number
  readonly counts?: StepCounts
  /** Why figures are missing. */
  readonly failure?: string
}

export type Workload = Omit<LaneOptions, 'contender' | 'backend'>

export interface CompareOptions {
  readonly workload: Workload
  readonly backend: LaneOptions['backend']
  readonly steps: number
  readonly turn: number
  readonly say: (line: string) => void
}

/** A lane that fails is a row that says why. */
export async function compareOn(host: BenchHost, options: CompareOptions): Promise<readonly Row[]> {
  const { workload, backend, steps, turn, say } = options
  const contenders = ['stock', 'ours'] as const
  const lanes = await Promise.all(contenders.map((contender) => laneOn(host, { ...workload, contender, backend })))
  try {
    const onTurn = (done: number, of: number) => say(`${host.name}, ${backend}: turn ${done} of ${of}`)
    const timings = await takeTurns(lanes, { steps, turn, onTurn })
    const rows: Row[] = []
    for (const [index, timing] of timings.entries()) {
      const row = { host: host.name, backend, contender: contenders[index] }
      if (typeof timing === 'string') rows.push({ ...row, failure: timing })
      else {
        const imagesPerSecond = (1000 * workload.batchSize) / timing.stepMs
        rows.push({ ...row, ...timing, imagesPerSecond, ...(await counted(lanes[index])) })
      }
    }
    return rows
  } finally {
    for (const lane of lanes) await lane.close()
  }
}

async function counted(lane: Lane): Promise<Pick<Row, 'counts' | 'failure'>> {
  try {
    return { counts: await lane.count() }
  } catch (error) {
    return { failure: reasonOf(error) }
  }
}
