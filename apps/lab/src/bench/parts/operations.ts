/** Where the time of a step goes: every operation of forward, backward and update, on every backend. */
import type { LaneOptions, OperationTime } from '@passerby/learner/bench'
import { type Cell, table } from '../../terminal/table.ts'
import { withLane } from '../host.ts'
import { type Part, placeName } from '../part.ts'

interface LaneOperations {
  readonly place: string
  readonly contender: LaneOptions['contender']
  readonly operations: readonly OperationTime[]
  readonly failure?: string
}

export const operations: Part<readonly LaneOperations[]> = {
  title: 'Time by operation',
  async measure({ workload, places, say }) {
    const all: LaneOperations[] = []
    for (const place of places)
      for (const contender of ['stock', 'ours'] as const) {
        const name = { place: placeName(place), contender }
        say(`${name.place} ${contender}: operations`)
        const options = { ...workload, contender, backend: place.backend }
        const found = await withLane(place.host, options, async (lane) => {
          await lane.steps(2)
          return { operations: await lane.operations() }
        })
        all.push({ ...name, operations: [], ...found })
      }
    return all
  },
  text: (all) => all.map(operationsTable).join('\n\n'),
}

/** Operations that take less than this share of a step are one row together. */
const SHOWN = 0.01

export function operationsTable({ place, contender, operations, failure }: LaneOperations): string {
  const title = `${place} ${contender}`
  if (failure !== undefined) return `${title}: ${failure}`
  const total = sum(operations)
  const share = (milliseconds: number) => `${((100 * milliseconds) / total).toFixed(1)} %`
  const shown = operations.filter(({ milliseconds }) => milliseconds >= SHOWN * total)
  const others = operations.filter((one) => !shown.includes(one))
  const row = (name: string, of: readonly OperationTime[]): readonly Cell[] => [
    name,
    of.reduce((calls, one) => calls + one.calls, 0),
    sum(of).toFixed(2),
    share(sum(of)),
  ]
  const phases = (['forward', 'backward', 'update'] as const).map((phase) =>
    row(
      `all ${phase}`,
      operations.filter((one) => one.phase === phase),
    ),
  )
  return table(
    [title, 'calls/step', 'ms/step', 'share'],
    [
      ...shown.map((one) => row(`${one.phase} ${one.operation}`, [one])),
      ...(others.length > 0 ? [row(`${others.length} others`, others)] : []),
      ...phases,
    ],
  )
}

const sum = (operations: readonly OperationTime[]) => operations.reduce((total, one) => total + one.milliseconds, 0)
