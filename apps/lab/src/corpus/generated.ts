/** Generated people as a data set: those who are trained on, and others who are only searched for. */
import { type CropSet, type DataSet, syntheticPeople } from '@passerby/crops'
import { mixed } from './public-set.ts'

export interface GeneratedOptions {
  /** Identities to train on. */
  readonly people: number
  readonly cameras: number
  readonly seed: number
  /** Identities to search for. */
  readonly unseen?: number
}

/** With this many unseen people and three cameras, one query is about half a per cent. */
const UNSEEN_PEOPLE = 60
const IMAGES_PER_CAMERA = 4
/** Two batches to distil on, and twice what clients are compared on by default. */
const PUBLIC_IMAGES = 64

/** Every identity is seen by every camera. The first image of an unseen identity in a camera is a query. */
export function generatedDataSet({ people, cameras, seed, unseen = UNSEEN_PEOPLE }: GeneratedOptions): DataSet {
  const crops = syntheticPeople({
    identities: people + unseen,
    cameras,
    imagesPerCamera: IMAGES_PER_CAMERA,
    seed,
  })
  const identities = [...new Set(crops.map((crop) => crop.identity))].sort()
  const trained = new Set(identities.slice(0, people))
  const searched = crops.filter((crop) => !trained.has(crop.identity))
  const query = firstOfEach(searched)
  return {
    name: 'synthetic',
    pattern: undefined,
    parts: {
      train: crops.filter((crop) => trained.has(crop.identity)),
      validation: [],
      query,
      gallery: searched.filter((crop) => !query.includes(crop)),
    },
    withoutIdentity: [],
  }
}

/** Images of people whom the data set of the same options does not have, seen by its cameras: the first are of all kinds. */
export function generatedPublicCrops({ people, cameras, seed, unseen = UNSEEN_PEOPLE }: GeneratedOptions): CropSet {
  const identities = Math.ceil(PUBLIC_IMAGES / cameras)
  const firstIdentity = people + unseen + 1
  return mixed(syntheticPeople({ identities, cameras, imagesPerCamera: 1, seed, firstIdentity })).slice(
    0,
    PUBLIC_IMAGES,
  )
}

function firstOfEach(crops: CropSet): CropSet {
  const seen = new Set<string>()
  return crops.filter((crop) => {
    const view = `${crop.identity} ${crop.camera}`
    if (seen.has(view)) return false
    seen.add(view)
    return true
  })
}
