/**
 * Ways to learn from the same images, each image as often: together without pooling them (`federated`), every client
 * alone (`standalone`), or one learner that has them all (`centralised`), what federating is measured against.
 */
import type { PixelSet } from '@passerby/crops'
import type { FederationSettings } from '@passerby/protocol'
import type { Corpus } from '../corpus/corpus.ts'
import { LabError } from '../errors.ts'

export const modes = ['federated', 'standalone', 'centralised'] as const
export type Mode = (typeof modes)[number]

/** Clients that learn one model, and the data sets that it is measured on. */
export interface Federation {
  readonly name: string
  readonly clients: readonly string[]
  readonly sets: readonly string[]
}

/** The one client of `centralised`. */
const EVERYONE = 'all'

/** What `mode` trains on: the corpus itself, or all its clients' images in one client, its head over all identities. */
export function corpusFor(mode: Mode, corpus: Corpus): Corpus {
  if (mode !== 'centralised') return corpus
  const sets = [...new Set(corpus.clients.flatMap((client) => client.sets))]
  return { ...corpus, clients: [{ name: EVERYONE, sets, pixels: joined(corpus.clients.map(({ pixels }) => pixels)) }] }
}

/**
 * The models that a mode learns. A client's own model is measured where its images come from: a camera's on its data
 * set, whose other cameras it never saw. A model of all is measured everywhere.
 */
export function federationsOf(mode: Mode, { clients, evaluations }: Corpus): readonly Federation[] {
  if (mode === 'standalone') return clients.map(({ name, sets }) => ({ name, clients: [name], sets }))
  const sets = evaluations.map(({ name }) => name)
  return [{ name: 'global', clients: clients.map(({ name }) => name), sets }]
}

/** Throws `LabError` for settings under which the modes would not see the same number of images. */
export function refuseUnequal(mode: Mode, { cohort }: Pick<FederationSettings, 'cohort'>): void {
  if (mode !== 'federated' && cohort.fraction < 1)
    throw new LabError(
      'unusable',
      `A ${mode} learner trains on all images in every round, a federation that draws ${cohort.fraction} of its clients on fewer: use fraction 1`,
    )
}

/** Image sets of one size as one, in order. */
function joined(sets: readonly PixelSet[]): PixelSet {
  const pixels = new Uint8Array(sets.reduce((size, set) => size + set.pixels.length, 0))
  let at = 0
  for (const set of sets) {
    pixels.set(set.pixels, at)
    at += set.pixels.length
  }
  return {
    ...sets[0],
    pixels,
    names: sets.flatMap((set) => set.names),
    identities: sets.flatMap((set) => set.identities),
    cameras: sets.flatMap((set) => set.cameras),
  }
}
