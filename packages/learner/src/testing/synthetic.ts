import { backboneByName, initialise } from '@passerby/backbones'
import type { SettingsOf } from '@passerby/federation'
import { rng } from '@passerby/reid'
import type { LabelledPixels } from '../data/pixels.ts'
import type { LocalSettings } from '../settings.ts'
import type { Memory } from '../training/head.ts'

/** Small pictures of `identities` people, each in two colours of their own, under light that changes. */
export function paintPeople(identities: number, imagesEach: number, seed: number): LabelledPixels {
  const height = 32
  const width = 16
  const random = rng(seed)
  const pixels: number[] = []
  const labels = { identities: [] as string[], cameras: [] as string[] }
  for (let person = 0; person < identities; person++) {
    const clothes = [0, 1].map(() => [0, 1, 2].map(() => random.between(40, 215)))
    for (let image = 0; image < imagesEach; image++) {
      const light = random.between(-25, 25)
      for (let y = 0; y < height; y++) {
        const colour = clothes[y < height / 2 ? 0 : 1]
        for (let x = 0; x < width; x++)
          pixels.push(...colour.map((c) => Math.round(c + light + random.between(-10, 10))))
      }
      labels.identities.push(`person ${person}`)
      labels.cameras.push(`camera ${image % 2}`)
    }
  }
  return { height, width, pixels: Uint8Array.from(pixels), ...labels }
}

export const TINY_SETTINGS: LocalSettings = {
  backbone: 'tiny',
  embedding: 32,
  input: { height: 32, width: 16 },
  epochs: 1,
  batchSize: 8,
  backboneRate: 0.05,
  headRate: 0.05,
  schedule: { kind: 'steps', milestones: [], factor: 0.1, floor: 0, warmUp: 0 },
  optimiser: 'sgd',
  momentum: 0.9,
  nesterov: true,
  weightDecay: 5e-4,
  clip: 0,
  loss: { identity: 1, triplet: 0, margin: 0.3, softMargin: false, centre: 0, centreRate: 0.5 },
  labelSmoothing: 0.1,
  dropout: 0,
  sampling: { by: 'shuffle', imagesEach: 4 },
  flip: true,
  pad: { height: 2, width: 1 },
  erasing: { probability: 0, minArea: 0.02, maxArea: 0.4, minAspect: 0.3 },
  jitter: { brightness: 0, contrast: 0, saturation: 0 },
  averagePrecision: 'rectangle',
}

/** FedPav as it was published first: no client sends more than its model. */
export const FEDPAV: SettingsOf<'fedpav'> = {
  name: 'fedpav',
  statistics: 'average',
  weighting: 'images',
  clustering: { by: 'off', images: 32 },
  distillation: { teachers: 'off', targets: 'embeddings', temperature: 1, every: 1, rate: 5e-4, images: 512 },
}

export const tinyBackbone = backboneByName('tiny', TINY_SETTINGS.embedding)
export const tinyParameters = initialise(tinyBackbone, 1)

export function memoryOf(
  entries = new Map<string, Uint8Array>(),
): Memory & { readonly entries: Map<string, Uint8Array> } {
  return { entries, load: async (key) => entries.get(key), save: async (key, bytes) => void entries.set(key, bytes) }
}
