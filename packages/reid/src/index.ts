export { averagePrecision, inverseNegativePenalty, type AveragePrecision } from './average-precision.ts'
export { flipSummed, normalizeRows, rowsAt, rowsOf } from './embeddings.ts'
export {
  evaluate,
  type GalleryRule,
  type LabelledEmbeddings,
  type RankingMetrics,
  type RankingOptions,
  type RankingTask,
} from './evaluate.ts'
export { DISTRACTOR, isPerson, JUNK, labelsAt, personsOf, ruleFor, type Labels, type RuleName } from './labels.ts'
export { rng, type Rng, type StreamName } from './rng.ts'
export { dotScores } from './scores.ts'
export {
  evaluateWithin,
  selectQueries,
  splitByIdentity,
  type IdentitySplit,
  type QueryGallery,
  type ValidationMetrics,
} from './validation.ts'
