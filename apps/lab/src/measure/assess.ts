/** All figures of a search that a command was asked for. */
import {
  coarser,
  type DotProducts,
  dotSource,
  equalErrorPoint,
  evaluateSingleShot,
  goodRanks,
  type OperatingPoint,
  operatingPointAt,
  operatingPoints,
  type RankingMetrics,
  type RankingOptions,
  rankingMetrics,
  reRanked,
  type ReRankingOptions,
  type ScoreHistogram,
  scoreHistogram,
  type SearchTask,
  type SingleShotMetrics,
  type SingleShotOptions,
} from '@passerby/reid'
import type { Search } from './searches.ts'

export interface Assessment extends RankingMetrics {
  readonly gallery: number
  /** Queries with a right image to find. */
  readonly matched: number
  readonly rule: Search['rule']['name']
  readonly unmatched: NonNullable<RankingOptions['unmatched']>
  /** mAP by the trapezoid definition; `mAP` is by rectangles. */
  readonly mAPTrapezoid: number
  readonly reRanked?: Omit<ReRankingOptions, 'products'>
  readonly singleShot?: SingleShotMetrics
  readonly verification?: Verification
}

export interface Verification {
  readonly pairs: { readonly genuine: number; readonly impostor: number }
  readonly equalError?: OperatingPoint
  /** By the false accept rate that was allowed. */
  readonly thresholds: readonly (Partial<OperatingPoint> & { readonly allowed: number })[]
  /** Histogram and curve in steps of a five-hundredth of the scale. */
  readonly curve: readonly CurveRow[]
}

/** A bin of scores, and what its lower edge accepts as a threshold. */
export interface CurveRow extends OperatingPoint {
  readonly genuine: number
  readonly impostor: number
}

export interface AssessmentOptions extends Pick<RankingOptions, 'unmatched'> {
  /** Also with k-reciprocal re-ranking, as an assessment of its own. */
  readonly reRanking?: Omit<ReRankingOptions, 'products'>
  readonly singleShot?: SingleShotOptions
  readonly verification?: boolean
  readonly products: DotProducts
}

/** One assessment, and a second one where re-ranking was asked for. */
export function assess(search: Search, options: AssessmentOptions): readonly Assessment[] {
  const { reRanking, products } = options
  const pair = { query: search.query.embeddings, gallery: search.gallery.embeddings, dim: search.dim }
  const plain = assessment({ ...search, scores: dotSource(pair, products) }, options)
  if (!reRanking) return [plain]
  const scores = reRanked(pair, { ...reRanking, products })
  return [plain, { ...assessment({ ...search, scores }, options), reRanked: reRanking }]
}

function assessment(task: SearchTask, { unmatched = 'skip', singleShot, verification }: AssessmentOptions): Assessment {
  const ranks = goodRanks(task)
  return {
    ...rankingMetrics(ranks, { unmatched }),
    mAPTrapezoid: rankingMetrics(ranks, { unmatched, averagePrecision: 'trapezoid' }).mAP,
    gallery: task.gallery.identities.length,
    matched: ranks.filter((list) => list.length > 0).length,
    rule: task.rule?.name ?? 'market',
    unmatched,
    ...(singleShot && { singleShot: evaluateSingleShot(task, singleShot) }),
    ...(verification && { verification: verified(scoreHistogram(task)) }),
  }
}

const FALSE_ACCEPTS = [1e-2, 1e-3, 1e-4]
/** Of 65,536 bins. */
const BINS_OF_A_ROW = 64

function verified(histogram: ScoreHistogram): Verification {
  const points = operatingPoints(histogram)
  const equalError = equalErrorPoint(points)
  const rows = coarser(histogram, BINS_OF_A_ROW)
  const count = (pairs: Float64Array) => pairs.reduce((sum, one) => sum + one, 0)
  return {
    pairs: { genuine: count(histogram.genuine), impostor: count(histogram.impostor) },
    ...(equalError && { equalError }),
    thresholds: FALSE_ACCEPTS.map((allowed) => ({ allowed, ...operatingPointAt(points, allowed) })),
    curve: operatingPoints(rows)
      .slice(1)
      .map((point, at) => {
        const bin = rows.genuine.length - 1 - at
        return { ...point, genuine: rows.genuine[bin], impostor: rows.impostor[bin] }
      }),
  }
}
