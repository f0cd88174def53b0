/** Many steps of ours: whether tensors and bytes stay what they are. */
import { backboneByName, embeddingSize } from '@passerby/backbones'
import type { Held } from '@passerby/learner/bench'
import { megabytes, table } from '../../terminal/table.ts'
import { withLane } from '../host.ts'
import { type Part, placeName } from '../part.ts'

interface SoakRow {
  readonly backbone: string
  readonly place: string
  readonly before?: Held
  readonly after?: Held
  readonly flat: boolean
  readonly losses?: readonly [first: number, last: number]
  readonly failure?: string
}

/** Steps before the first look: all batches, and whatever a backend makes once. */
const SETTLING = 10
/** Few pixels: what is watched does not depend on how many there are. */
const SHAPE = { height: 32, width: 16, batchSize: 8 }

const BYTES = ['tensorBytes', 'wasmBytes', 'deviceBytes', 'deviceBytesAtMost'] as const
const KINDS = ['tensors', ...BYTES] as const

/** Of every one of these networks. */
export function soak(steps: number, networks: readonly string[]): Part<readonly SoakRow[]> {
  return {
    title: `${steps} steps`,
    async measure({ workload, places, say }) {
      const rows: SoakRow[] = []
      const each = networks.flatMap((backbone) => places.map((place) => ({ backbone, ...place })))
      for (const { backbone, host, backend } of each) {
        if (backend === 'cpu') continue
        const place = placeName({ host, backend })
        say(`${place}: ${steps} steps of ${backbone}`)
        const embedding = embeddingSize(backboneByName(backbone))
        const options = { ...workload, ...SHAPE, backbone, embedding, contender: 'ours', backend } as const
        const found = await withLane(host, options, async (lane) => {
          await lane.steps(SETTLING)
          const before = await lane.held()
          const { losses } = await lane.steps(steps)
          const after = await lane.held()
          const flat = KINDS.every((kind) => before[kind] === after[kind])
          return { before, after, flat, losses: [losses[0], losses[steps - 1]] as const }
        })
        rows.push({ backbone, place, flat: false, ...found })
      }
      return rows
    },
    text: (rows) =>
      table(
        ['', 'flat', 'tensors', 'in them', 'wasm', 'device', 'at most', 'loss'],
        rows.map(({ backbone, place, before, after, flat, losses, failure }) => [
          `${backbone}, ${place}`,
          failure ?? (flat ? 'yes' : 'NO'),
          fromTo(before?.tensors, after?.tensors, String),
          ...BYTES.map((kind) => fromTo(before?.[kind], after?.[kind], megabytes)),
          losses?.map((loss) => loss.toFixed(3)).join(' → '),
        ]),
      ),
  }
}

function fromTo(before = NaN, after = NaN, shown: (value: number) => string): string {
  return before === after ? shown(before) : `${shown(before)} → ${shown(after)}`
}
