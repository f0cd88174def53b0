/** Retrieval figures of a query set against a gallery: CMC, mAP and mINP. */
import { averagePrecision, inverseNegativePenalty, type AveragePrecision } from './average-precision.ts'
import { rowsOf } from './embeddings.ts'
import { DISTRACTOR, JUNK, type Labels } from './labels.ts'
import { dotScores } from './scores.ts'

/** `embeddings` is row-major `n × dim`, rows normalised when the cosine is meant. */
export interface LabelledEmbeddings extends Labels {
  readonly embeddings: Float32Array
}

/**
 * Which gallery items a query leaves out of its ranking, beside those whose identity is junk.
 *
 * `market`: those with the query's identity AND camera (Zheng et al., ICCV 2015); what remains right must come
 * from another camera. `within-camera`: the query's own image only, whose position in the gallery is
 * `ownImage[query]` (-1 when it is not there). Neighbouring frames of one walk then count as right, so figures are
 * far too good to compare with anything but themselves over time.
 */
export type GalleryRule =
  | { readonly name: 'market' }
  | { readonly name: 'within-camera'; readonly ownImage: readonly number[] }

export interface RankingOptions {
  /** Default `rectangle`. */
  readonly averagePrecision?: AveragePrecision
  /**
   * Queries without a good item: `skip` leaves them out (open-reid, torchreid; the default), `zero` counts them
   * as 0 everywhere (FedReID, ALGORITHMS 2.9).
   */
  readonly unmatched?: 'skip' | 'zero'
  /** Identity of gallery items that every ranking leaves out. Default `JUNK`; Market's own label is `-1`. */
  readonly junkIdentity?: string
}

export interface RankingTask extends RankingOptions {
  readonly query: LabelledEmbeddings
  readonly gallery: LabelledEmbeddings
  readonly dim: number
  /** Default `market`. */
  readonly rule?: GalleryRule
}

/** Percentages, 0 to 100; all 0 when `queries` is 0. */
export interface RankingMetrics {
  readonly rank1: number
  readonly rank5: number
  readonly rank10: number
  readonly mAP: number
  readonly mINP: number
  /** Queries that the means are taken over. */
  readonly queries: number
}

/** Queries whose scores are held at once: 128 rows over a gallery of 20,000 are 10 MB. */
const QUERIES_AT_ONCE = 128

/**
 * Ranks the gallery for every query by dot product, best first; equal scores in gallery order.
 * Throws `RangeError` when labels and rows differ in number or an embedding is not finite (a diverged network).
 */
export function evaluate(task: RankingTask): RankingMetrics {
  const { query, gallery, dim } = task
  check('query', query, dim)
  check('gallery', gallery, dim)
  const queries = query.identities.length
  const items = gallery.identities.length
  const definition = task.averagePrecision ?? 'rectangle'
  const sums = { rank1: 0, rank5: 0, rank10: 0, mAP: 0, mINP: 0 }
  const relevanceOf = relevance(task)
  let counted = 0
  for (let start = 0; start < queries; start += QUERIES_AT_ONCE) {
    const end = Math.min(start + QUERIES_AT_ONCE, queries)
    const scores = dotScores(query.embeddings.subarray(start * dim, end * dim), gallery.embeddings, dim)
    for (let q = start; q < end; q++) {
      const row = scores.subarray((q - start) * items, (q - start + 1) * items)
      const ranks = goodRanks(row, relevanceOf(q))
      const first = ranks.at(0)
      if (first !== undefined || task.unmatched === 'zero') counted++
      if (first === undefined) continue
      if (first <= 1) sums.rank1++
      if (first <= 5) sums.rank5++
      if (first <= 10) sums.rank10++
      sums.mAP += averagePrecision(ranks, definition)
      sums.mINP += inverseNegativePenalty(ranks)
    }
  }
  const percent = (sum: number) => (counted === 0 ? 0 : (100 * sum) / counted)
  return {
    rank1: percent(sums.rank1),
    rank5: percent(sums.rank5),
    rank10: percent(sums.rank10),
    mAP: percent(sums.mAP),
    mINP: percent(sums.mINP),
    queries: counted,
  }
}

/** What a gallery item is to one query. */
const WRONG = 0
const GOOD = 1
const LEFT_OUT = 2

/** Gives, query by query, what every gallery item is to it; one buffer, overwritten by the next call. */
function relevance(task: RankingTask): (query: number) => Uint8Array {
  const { query, gallery } = task
  const rule = task.rule ?? { name: 'market' }
  const junk = task.junkIdentity ?? JUNK
  const kinds = new Uint8Array(gallery.identities.length)
  const itemsOf = new Map<string, number[]>()
  for (const [item, identity] of gallery.identities.entries()) {
    if (identity === junk) kinds[item] = LEFT_OUT
    else if (identity !== DISTRACTOR) itemsOf.set(identity, [...(itemsOf.get(identity) ?? []), item])
  }
  let own: readonly number[] = []
  return (q) => {
    for (const item of own) kinds[item] = WRONG
    own = itemsOf.get(query.identities[q]) ?? []
    for (const item of own) {
      const leftOut = rule.name === 'market' ? gallery.cameras[item] === query.cameras[q] : rule.ownImage[q] === item
      kinds[item] = leftOut ? LEFT_OUT : GOOD
    }
    return kinds
  }
}

/**
 * 1-based ranks of the good items, ascending. Only these are sorted: every other item is counted against the
 * first good item that it precedes, which is what a full ranking would say at a fraction of its cost.
 */
function goodRanks(scores: Float32Array, kinds: Uint8Array): number[] {
  const good: number[] = []
  for (let item = 0; item < kinds.length; item++) if (kinds[item] === GOOD) good.push(item)
  const precedes = (a: number, b: number) => scores[a] > scores[b] || (scores[a] === scores[b] && a < b)
  good.sort((a, b) => scores[b] - scores[a] || a - b)
  const pushed = new Uint32Array(good.length + 1)
  for (let item = 0; item < kinds.length; item++) {
    if (kinds[item] !== WRONG) continue
    let low = 0
    let high = good.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (precedes(item, good[middle])) high = middle
      else low = middle + 1
    }
    pushed[low]++
  }
  let before = 0
  return good.map((_, place) => {
    before += pushed[place]
    return place + 1 + before
  })
}

function check(side: string, set: LabelledEmbeddings, dim: number): void {
  const rows = rowsOf(set.embeddings, dim)
  if (set.identities.length !== rows || set.cameras.length !== rows)
    throw new RangeError(
      `evaluate: the ${side} has ${rows} embeddings, ${set.identities.length} identities and ${set.cameras.length} cameras`,
    )
  const bad = set.embeddings.findIndex((value) => !Number.isFinite(value))
  if (bad >= 0) throw new RangeError(`evaluate: ${side} embedding ${Math.floor(bad / dim)} is not finite`)
}
