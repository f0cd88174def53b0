import type { StrategySettings } from '@passerby/federation'
import type { Contribution } from '@passerby/protocol'
import { formatFigure } from '../../ui/format.ts'
import type { NamedGroup } from './groups.ts'

/** A smaller one is none: what is told then is the image count, scaled down beside distances. */
const LEAST_DISTANCE = 1e-6

/** How clients' own words for their weights are called and shown; undefined where they are the image counts. */
export function toldWeights(
  contributions: readonly Pick<Contribution, 'told' | 'images'>[],
  strategy: StrategySettings,
): { readonly name: string; readonly show: (told: number | null) => string } | undefined {
  if ('weighting' in strategy && strategy.weighting !== 'images')
    return {
      name: 'Cosine distance',
      show: (told) => (told === null ? '—' : told < LEAST_DISTANCE ? 'did not move' : told.toFixed(4)),
    }
  if (contributions.every(({ told, images }) => told === null || told === images)) return undefined
  return { name: 'Told weight', show: formatFigure }
}

/** Shares of the mean that each client's update is part of: that of its group, where there are groups. By client, 0 to 1. */
export function weightShares(
  contributions: readonly Pick<Contribution, 'client' | 'weight'>[],
  groups: ReadonlyMap<string, NamedGroup>,
): ReadonlyMap<string, number> {
  const totals = new Map<number | undefined, number>()
  const told = contributions.flatMap(({ client, weight }) =>
    weight === null ? [] : [{ client, weight, place: groups.get(client)?.place }],
  )
  for (const { place, weight } of told) totals.set(place, (totals.get(place) ?? 0) + weight)
  return new Map(told.map(({ client, weight, place }) => [client, weight / (totals.get(place) ?? 1)]))
}
