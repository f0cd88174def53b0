import type { RoundRecord } from '@passerby/protocol'
import type { NamedGroup } from './groups.ts'

/** Why clients were put together, ready to be drawn: who is how alike, groups side by side. */
export interface SimilarityRow {
  readonly client: string
  readonly alias: string
  readonly group: NamedGroup | undefined
  /** In the order of the rows. */
  readonly cells: readonly SimilarityCell[]
}

export interface SimilarityCell {
  readonly client: string
  /** Cosine; undefined of a client with itself. */
  readonly value: number | undefined
  /** Nearest to the row's client, which links the two. */
  readonly nearest: boolean
  /** Where it lies between the least and the most alike, 0 to 1. */
  readonly share: number
}

/** By group, then by alias. Empty where the round compared nobody. */
export function similarityRows(
  { similarity }: Pick<RoundRecord, 'similarity'>,
  groups: ReadonlyMap<string, NamedGroup>,
  aliasOf: (client: string) => string,
): readonly SimilarityRow[] {
  if (!similarity) return []
  const { clients, values } = similarity
  const at = (row: number, column: number) => values[row * clients.length + column]
  const order = clients
    .map((client, place) => ({ client, place, alias: aliasOf(client), group: groups.get(client) }))
    .sort(
      (a, b) =>
        (a.group?.place ?? 0) - (b.group?.place ?? 0) ||
        a.alias.localeCompare(b.alias, 'en', { numeric: true }) ||
        a.place - b.place,
    )
  const others = values.filter((_, index) => index % (clients.length + 1) !== 0)
  const least = others.reduce((low, value) => Math.min(low, value), Infinity)
  const range = others.reduce((high, value) => Math.max(high, value), -Infinity) - least
  return order.map(({ client, alias, group, place: row }) => {
    const nearest = nearestOf(clients.length, row, at)
    const cells = order.map(({ client, place }): SimilarityCell => {
      if (place === row) return { client, value: undefined, nearest: false, share: 0 }
      const value = at(row, place)
      return { client, value, nearest: place === nearest, share: range > 0 ? (value - least) / range : 1 }
    })
    return { client, alias, group, cells }
  })
}

/** Of equally near ones the first, as where groups are formed. */
function nearestOf(count: number, row: number, at: (row: number, column: number) => number): number | undefined {
  let nearest: number | undefined
  for (let column = 0; column < count; column++)
    if (column !== row && (nearest === undefined || at(row, column) > at(row, nearest))) nearest = column
  return nearest
}
