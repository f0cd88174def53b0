import { cosineSimilarities, firstNeighbourClusters } from '@passerby/reid'
import { type ParamSpec, view } from './params.ts'
import type { Arrival, Grouping, UpdateAbout } from './strategy.ts'

/**
 * Client clustering (FedReID; ALGORITHMS 2.6): a client's sketch is what its model makes of one batch of the public set, the
 * same for all. Everyone is put together with its nearest neighbour.
 */
const NAME = 'public.sketch'

/** `flattened` compares image by image, `averaged` what the batch is like as a whole: the paper leaves it open. */
export type SketchKind = 'flattened' | 'averaged'

/** The sketch's place in an update. */
export function sketchSpec(
  { publicImages, embedding }: Pick<UpdateAbout, 'publicImages' | 'embedding'>,
  { kind, images }: { readonly kind: SketchKind; readonly images: number },
): ParamSpec {
  const rows = kind === 'averaged' ? 1 : Math.min(images, publicImages)
  return { name: NAME, shape: [rows, embedding], role: 'each' }
}

/** One step of FINCH on the clients' sketches, with a pause after each client that is compared. */
export async function groupBySketches(arrivals: readonly Arrival[], pause: () => Promise<void>): Promise<Grouping> {
  const sketches = arrivals.map(({ each }) => view(each, NAME))
  const size = sketches.at(0)?.length ?? 1
  const rows = new Float32Array(size * sketches.length)
  for (const [i, sketch] of sketches.entries()) rows.set(sketch, i * size)
  const similarity = await inSteps(cosineSimilarities(rows, size), pause)
  const clusters = firstNeighbourClusters(similarity, arrivals.length)
  return { groups: clusters.map((cluster) => cluster.map((i) => arrivals[i].client)), similarity }
}

async function inSteps<Value>(steps: Iterator<unknown, Value>, pause: () => Promise<void>): Promise<Value> {
  let step = steps.next()
  while (!step.done) {
    await pause()
    step = steps.next()
  }
  return step.value
}
