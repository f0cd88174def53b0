/** What is searched in what: the input of every evaluation. */
import { rowsOf } from './embeddings.ts'
import type { Labels } from './labels.ts'
import type { RelevanceTask } from './relevance.ts'
import { dotSource, type ScoreSource } from './score-source.ts'

/** `embeddings` is row-major `n × dim`, rows normalised when the cosine is meant. */
export interface LabelledEmbeddings extends Labels {
  readonly embeddings: Float32Array
}

export interface SearchTask extends RelevanceTask {
  readonly query: LabelledEmbeddings
  readonly gallery: LabelledEmbeddings
  readonly dim: number
  /** Default: dot products of the embeddings. */
  readonly scores?: ScoreSource
}

/**
 * The task's scores. Throws `RangeError` when labels and rows differ in number or an embedding is not finite (a diverged
 * network).
 */
export function scoresOf({ query, gallery, dim, scores }: SearchTask): ScoreSource {
  check('query', query, dim)
  check('gallery', gallery, dim)
  return scores ?? dotSource({ query: query.embeddings, gallery: gallery.embeddings, dim })
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
