/**
 * Average precision of one ranking, from the 1-based ranks of its good items in ascending order.
 *
 * `rectangle`: precision at every hit, averaged (torchreid, open-reid, most papers).
 * `trapezoid`: precision interpolated between the hit and the place before it (Market-1501's and FedReID's
 * code; ALGORITHMS 2.9). The two differ by several points of mAP: never compare one with the other.
 */
export type AveragePrecision = 'rectangle' | 'trapezoid'

/** In [0, 1]. Throws `RangeError` when there is no good item: such a query has no average precision. */
export function averagePrecision(ranks: readonly number[], definition: AveragePrecision): number {
  if (ranks.length === 0) throw new RangeError('averagePrecision: a ranking without a good item has none')
  let sum = 0
  for (const [hits, rank] of ranks.entries()) {
    const precision = (hits + 1) / rank
    const before = rank === 1 ? 1 : hits / (rank - 1)
    sum += definition === 'rectangle' ? precision : (before + precision) / 2
  }
  return sum / ranks.length
}

/** INP = R / rank of the last of R good items: how far one must read to have seen them all (Ye et al., AGW, 2021). */
export function inverseNegativePenalty(ranks: readonly number[]): number {
  const last = ranks.at(-1)
  if (last === undefined) throw new RangeError('inverseNegativePenalty: a ranking without a good item has none')
  return ranks.length / last
}
