import { averagePrecision, rng } from '@passerby/reid'

/** Which queries a sheet shows. */
export const PICKS = ['random', 'worst', 'best'] as const
export type Pick = (typeof PICKS)[number]

/**
 * Some of the queries that have somebody to find, by the ranks of their good items: drawn, or those with the lowest or
 * highest average precision, equal ones in query order.
 */
export function pickQueries(
  rankings: readonly (readonly number[])[],
  { count, pick, seed }: { readonly count: number; readonly pick: Pick; readonly seed: number },
): readonly number[] {
  const searchable = rankings.flatMap((ranks, query) => (ranks.length > 0 ? [query] : []))
  if (pick === 'random')
    return rng(seed, 'pictured queries')
      .shuffle(searchable)
      .slice(0, count)
      .sort((a, b) => a - b)
  const precision = new Map(searchable.map((query) => [query, averagePrecision(rankings[query], 'rectangle')]))
  const sign = pick === 'worst' ? 1 : -1
  const of = (query: number) => precision.get(query) ?? 0
  return [...searchable].sort((a, b) => sign * (of(a) - of(b)) || a - b).slice(0, count)
}
