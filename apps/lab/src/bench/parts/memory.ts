/** Bytes that a step takes: as planned, over all networks, batches and sizes; and what a thread really holds. */
import { backboneNames } from '@passerby/backbones'
import { type Held, type LaneOptions, plannedMemory, type PlannedMemory } from '@passerby/learner/bench'
import { megabytes, table } from '../../terminal/table.ts'
import { withLane } from '../host.ts'
import { type Bench, type Part, placeName } from '../part.ts'

interface MemoryFigures {
  readonly planned: readonly PlannedRow[]
  readonly held: readonly HeldRow[]
}

interface PlannedRow extends PlannedMemory {
  readonly backbone: string
  readonly height: number
  readonly width: number
  readonly batchSize: number
}

interface HeldRow extends Partial<Held> {
  readonly place: string
  readonly contender: LaneOptions['contender']
  readonly failure?: string
}

const SIZES = [
  { height: 64, width: 32 },
  { height: 128, width: 64 },
  { height: 256, width: 128 },
]
const BATCHES = [16, 32]

export const memory: Part<MemoryFigures> = {
  title: 'Memory',
  async measure(bench) {
    const planned = backboneNames.flatMap((backbone) =>
      SIZES.flatMap((size) =>
        BATCHES.map((batchSize): PlannedRow => {
          const shape = { backbone, ...size, batchSize }
          return { ...shape, ...plannedMemory({ ...shape, embedding: bench.workload.embedding }) }
        }),
      ),
    )
    return { planned, held: await holdings(bench) }
  },
  text({ planned, held }) {
    const plans = planned.map(({ backbone, height, width, batchSize, wasm, webgpu }) => [
      `${backbone}, ${height}×${width}, batch ${batchSize}`,
      ...[wasm, webgpu].flatMap(({ bytes, leastBytes }) => [megabytes(bytes), megabytes(leastBytes)]),
      `${(100 * webgpu.added).toFixed(0)} %`,
    ])
    const rows = held.map(({ place, contender, failure, ...bytes }) => [
      `${place} ${contender}`,
      failure ?? bytes.tensors,
      ...[bytes.tensorBytes, bytes.wasmBytes, bytes.deviceBytes, bytes.deviceBytesAtMost].map((count) =>
        count === undefined ? undefined : megabytes(count),
      ),
    ])
    return [
      table(['planned, with momentum', 'wasm', 'least', 'webgpu', 'least', 'for calls added'], plans),
      table(['held by a thread after 3 steps', 'tensors', 'in them', 'wasm', 'device', 'at most'], rows),
    ].join('\n\n')
  },
}

async function holdings({ workload, places, say }: Bench): Promise<readonly HeldRow[]> {
  const rows: HeldRow[] = []
  for (const place of places)
    for (const contender of ['stock', 'ours'] as const) {
      const row = { place: placeName(place), contender }
      say(`${row.place} ${contender}: memory`)
      const options = { ...workload, contender, backend: place.backend }
      const held = await withLane(place.host, options, async (lane) => {
        await lane.steps(3)
        return await lane.held()
      })
      rows.push({ ...row, ...held })
    }
  return rows
}
