import { type Layout, type Params, layoutSize, withOffsets } from './params.ts'
import type { Arrival, GroupMean } from './strategy.ts'
import { weightedSum } from './weighted-sum.ts'

/** How an update lies in its flat buffer: the model, then what goes beside it. */
export interface UpdateLayout {
  readonly model: Layout
  readonly extras: Layout
}

/** The order of all values of an update. */
export function wholeLayout({ model, extras }: UpdateLayout): Layout {
  return [...model, ...extras]
}

/** An update's buffer: the flat model, then the flat extras. */
export function joinUpdate(model: Float32Array, extras: Float32Array): Float32Array {
  const values = new Float32Array(model.length + extras.length)
  values.set(model)
  values.set(extras, model.length)
  return values
}

/** The model in an update's buffer, a view and not a copy. */
export function modelIn(layout: Layout, values: Float32Array): Params {
  return { layout, values: values.subarray(0, layoutSize(layout)) }
}

/**
 * The updates of one round, or of one of its groups, folded as they come. Beside the running sum it holds the model of the
 * first client in ascending order and what the server reads by client: memory does not grow with the clients' models.
 */
export interface UpdateFold {
  /** Whose updates are in the sum. */
  readonly clients: ReadonlySet<string>
  /** Adds a client's update once. Throws `RangeError` when it was added before. */
  add(client: string, update: { readonly values: Float32Array; readonly weight: number }): void
  /** In ascending order of clients. */
  arrivals(): readonly Arrival[]
  /** Throws `RangeError` when nothing was folded. */
  mean(): GroupMean
}

export function updateFold(layout: UpdateLayout): UpdateFold {
  const { model, extras } = layout
  const modelSize = layoutSize(model)
  const sum = weightedSum(wholeLayout(layout))
  const clients = new Set<string>()
  const arrived: Arrival[] = []
  let first: { readonly client: string; readonly values: Float32Array } | undefined
  return {
    clients,
    add(client, { values, weight }) {
      if (clients.has(client)) throw new RangeError(`updateFold: client ${client} is in the sum already`)
      sum.add(values, weight)
      clients.add(client)
      arrived.push({ client, weight, each: readEach(extras, values.subarray(modelSize)) })
      if (first === undefined || client < first.client) first = { client, values: values.slice(0, modelSize) }
    },
    arrivals: () => arrived.toSorted((a, b) => (a.client < b.client ? -1 : 1)),
    mean() {
      if (first === undefined) throw new RangeError('updateFold: nothing was folded')
      const { values } = sum.mean()
      return {
        clients: [...clients].sort(),
        weight: sum.weight,
        mean: { layout: model, values: values.slice(0, modelSize) },
        extras: { layout: extras, values: values.slice(modelSize) },
        first: { layout: model, values: first.values },
      }
    },
  }
}

/** The extras of role `each`, copied. */
function readEach(extras: Layout, values: Float32Array): Params {
  const layout = extras.filter(({ role }) => role === 'each')
  const each = new Float32Array(layoutSize(layout))
  let to = 0
  for (const { role, offset, size } of withOffsets(extras)) {
    if (role !== 'each') continue
    each.set(values.subarray(offset, offset + size), to)
    to += size
  }
  return { layout, values: each }
}
