import { type SettingsOf, strategies, targetsShare } from '@passerby/federation'
import { cosineWeight } from './cosine-weight.ts'
import { plain } from './plain.ts'
import { publicSketch } from './public-sketch.ts'
import { softTargetsOf } from './soft-targets.ts'
import type { LocalStrategy, TrainedLocally } from './strategy.ts'

type Settings = SettingsOf<'fedpav'>

/**
 * FedPav's client half (Zhuang et al., MM 2020, algorithm 1): identity cross-entropy through a head that never leaves, with
 * whatever other losses the settings add to it, and an update that weighs as much as the client has images or has moved. For
 * FedReID's other two optimisations it looks at a public set (TOMM 2023, algorithms 2 and 3).
 */
export const fedpav: LocalStrategy<Settings> = {
  ...plain,
  async conclude(trained, settings) {
    const weight = await weightOf(trained, settings)
    const [sketch, share] = [await sketchOf(trained, settings), await shareOf(trained, settings, weight)]
    const extras = new Float32Array(sketch.length + share.length)
    extras.set(sketch)
    extras.set(share, sketch.length)
    return { weight, extras }
  },
}

const NOTHING = new Float32Array()

async function weightOf(trained: TrainedLocally, { weighting }: Settings): Promise<number> {
  if (weighting === 'images') return trained.images
  return await cosineWeight(trained, weighting === 'cosine-features' ? 'features' : 'logits')
}

async function sketchOf(trained: TrainedLocally, { clustering: { by, images } }: Settings): Promise<Float32Array> {
  return by === 'off' ? NOTHING : await publicSketch(trained, { kind: by, images })
}

/** The client's part of the soft targets, which only in the private way are the clients' to compute. */
async function shareOf(trained: TrainedLocally, settings: Settings, weight: number): Promise<Float32Array> {
  const { task, after, embedding, embed } = trained
  const distillation = strategies.fedpav.distillation(task.round, settings)
  if (distillation?.teachers !== 'private') return NOTHING
  const embeddings = await embed('public', 'all', after)
  return targetsShare(softTargetsOf(embeddings, embedding, distillation.targets), weight)
}
