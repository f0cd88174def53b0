/** Central evaluation: what a model, or none at all, makes of query and gallery images that nobody trained on. */
import { type PixelSet, RAW_PIXEL_DIM, rawPixelEmbeddings } from '@passerby/crops'
import type { Params } from '@passerby/federation'
import { type AveragePrecision, type RankingMetrics, evaluate } from '@passerby/reid'
import type { EvaluationPixels } from '../corpus/corpus.ts'
import type { Embedder } from '../work/training-pool.ts'
import type { Search } from './searches.ts'

/** Row-major, normalised. */
export interface EmbeddedPair {
  readonly query: Float32Array
  readonly gallery: Float32Array
  readonly dim: number
}

/** Images of evaluations by the names that `embedPair` asks for. */
export function evaluationImages(evaluations: readonly EvaluationPixels[]): ReadonlyMap<string, PixelSet> {
  return new Map(
    evaluations.flatMap(({ name, query, gallery }) => [
      [`${name}/query`, query],
      [`${name}/gallery`, gallery],
    ]),
  )
}

/** Query and gallery of an evaluation by a backbone. */
export async function embedPair(
  { name }: EvaluationPixels,
  backbone: Params,
  {
    embedder,
    dim,
    onImages,
  }: { readonly embedder: Embedder; readonly dim: number; readonly onImages?: (images: number) => void },
): Promise<EmbeddedPair> {
  const [query, gallery] = await Promise.all([
    embedder.embed(`${name}/query`, backbone, onImages),
    embedder.embed(`${name}/gallery`, backbone, onImages),
  ])
  return { query, gallery, dim }
}

/** The search that an evaluation is, by the Market rule. */
export function searchOf({ name, query, gallery }: EvaluationPixels, embedded: EmbeddedPair): Search {
  return {
    name,
    query: { ...query, embeddings: embedded.query },
    gallery: { ...gallery, embeddings: embedded.gallery },
    dim: embedded.dim,
    rule: { name: 'market' },
  }
}

/** By the Market rule, in percent; plain AP unless the other is asked for. */
export function measure(
  pixels: EvaluationPixels,
  embedded: EmbeddedPair,
  averagePrecision: AveragePrecision = 'rectangle',
): RankingMetrics {
  return evaluate({ ...searchOf(pixels, embedded), averagePrecision })
}

/** The pixels themselves as embeddings: what a network must beat. */
export function rawPixels(pixels: EvaluationPixels): EmbeddedPair {
  return {
    query: rawPixelEmbeddings(pixels.query),
    gallery: rawPixelEmbeddings(pixels.gallery),
    dim: RAW_PIXEL_DIM,
  }
}

/** The two figures of a report, by data set, rounded to a hundredth of a per cent. */
export type Figures = Readonly<Record<string, { readonly rank1: number; readonly mAP: number }>>

export function figure(metrics: RankingMetrics): { readonly rank1: number; readonly mAP: number } {
  return { rank1: hundredth(metrics.rank1), mAP: hundredth(metrics.mAP) }
}

export function hundredth(value: number): number {
  return Math.round(100 * value) / 100
}
