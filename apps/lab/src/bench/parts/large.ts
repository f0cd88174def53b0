/** The largest network at the sizes of published work: whether it runs, and in how much memory. */
import { type Held, plannedMemory } from '@passerby/learner/bench'
import { megabytes, table } from '../../terminal/table.ts'
import { withLane } from '../host.ts'
import { type Part, placeName } from '../part.ts'

interface LargeRow extends Partial<Held> {
  readonly place: string
  readonly height: number
  readonly width: number
  readonly firstStepMs?: number
  readonly stepMs?: number
  readonly losses?: readonly number[]
  readonly plannedBytes: number
  readonly leastBytes: number
  readonly failure?: string
}

const BACKBONE = 'osnet_x1_0'
const BATCH = 32
const SIZES = [
  { height: 128, width: 64 },
  { height: 256, width: 128 },
]
/** A minute each, where a processor plays graphics card. */
const STEPS = 2

export const large: Part<readonly LargeRow[]> = {
  title: `${BACKBONE}, batch ${BATCH}`,
  async measure({ workload, places, say }) {
    const rows: LargeRow[] = []
    for (const size of SIZES)
      for (const { host, backend } of places) {
        if (backend === 'cpu') continue
        const options = { ...workload, ...size, backbone: BACKBONE, batchSize: BATCH }
        const { bytes: plannedBytes, leastBytes } = plannedMemory(options)[backend]
        const row = { place: placeName({ host, backend }), ...size, plannedBytes, leastBytes }
        say(`${row.place}: ${BACKBONE} at ${size.height}×${size.width}, batch ${BATCH}`)
        const found = await withLane(host, { ...options, contender: 'ours', backend }, async (lane) => {
          const { milliseconds, losses } = await lane.steps(STEPS)
          if (!losses.every(Number.isFinite)) throw new RangeError(`losses are ${losses.join(', ')}`)
          const [firstStepMs, stepMs] = milliseconds
          say(`${row.place}: ${(stepMs / 1000).toFixed(1)} s a step`)
          return { firstStepMs, stepMs, losses, ...(await lane.held()) }
        })
        rows.push({ ...row, ...found })
      }
    return rows
  },
  text: (rows) =>
    table(
      ['', 'ms/step', 'losses', 'planned, all kept', 'least', 'held: wasm', 'device at most'],
      rows.map((row) => [
        `${row.place}, ${row.height}×${row.width}`,
        row.failure ?? row.stepMs,
        row.losses?.map((loss) => loss.toFixed(3)).join(' '),
        megabytes(row.plannedBytes),
        megabytes(row.leastBytes),
        row.wasmBytes === undefined ? undefined : megabytes(row.wasmBytes),
        row.deviceBytesAtMost === undefined ? undefined : megabytes(row.deviceBytesAtMost),
      ]),
    ),
}
