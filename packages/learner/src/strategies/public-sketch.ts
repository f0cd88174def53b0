import type { SketchKind } from '@passerby/federation'
import { rng, rowsOf } from '@passerby/reid'
import type { TrainedLocally } from './strategy.ts'

/** What a client shows of its trained model to be put into a cluster, as federation's `sketchSpec` lays it out. */
export async function publicSketch(
  { task: { commonSeed, round }, publicImages, after, embedding, embed }: TrainedLocally,
  { kind, images }: { readonly kind: SketchKind; readonly images: number },
): Promise<Float32Array> {
  const everything = Array.from({ length: publicImages }, (_, image) => image)
  // The same batch on every client, another in every round.
  const batch = rng(commonSeed, 'sketch', round).shuffle(everything).slice(0, images)
  const embeddings = await embed('public', batch, after)
  return kind === 'flattened' ? embeddings : meanOfRows(embeddings, embedding)
}

function meanOfRows(values: Float32Array, width: number): Float32Array {
  const rows = rowsOf(values, width)
  return Float32Array.from({ length: width }, (_, column) => {
    let sum = 0
    for (let at = column; at < values.length; at += width) sum += values[at]
    return sum / rows
  })
}
