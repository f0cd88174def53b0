export { averagePrecision, inverseNegativePenalty, type AveragePrecision } from './average-precision.ts'
export { flipSummed, normalizeRows, rowsAt, rowsOf } from './embeddings.ts'
export { evaluate, rankingMetrics, type RankingMetrics, type RankingOptions, type RankingTask } from './evaluate.ts'
export { cosineSimilarities, firstNeighbourClusters } from './first-neighbours.ts'
export { goodRanks } from './good-ranks.ts'
export { DISTRACTOR, isPerson, JUNK, labelsAt, personsOf, ruleFor, type Labels, type RuleName } from './labels.ts'
export { principalComponents, type PrincipalComponents } from './principal-components.ts'
export { reRanked, type ReRankingOptions } from './re-ranking.ts'
export type { GalleryRule } from './relevance.ts'
export { rng, type Rng, type StreamName } from './rng.ts'
export { dotSource, type DotProducts, type ScoreSource } from './score-source.ts'
export { dotScores } from './scores.ts'
export { type LabelledEmbeddings, type SearchTask } from './search-task.ts'
export {
  evaluateWithin,
  selectQueries,
  splitByIdentity,
  type IdentitySplit,
  type QueryGallery,
  type ValidationMetrics,
} from './validation.ts'
export { evaluateSingleShot, type SingleShotMetrics, type SingleShotOptions } from './single-shot.ts'
export { topRanked, type RankedItem, type RankedQuery } from './top-ranked.ts'
export {
  coarser,
  equalErrorPoint,
  operatingPointAt,
  operatingPoints,
  scoreHistogram,
  type OperatingPoint,
  type ScoreHistogram,
} from './verification.ts'
