/** Generated people as a data set: those who are trained on, and others who are only searched for. */
import { type CropSet, type DataSet, syntheticPeople } from '@passerby/crops'

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

function firstOfEach(crops: CropSet): CropSet {
  const seen = new Set<string>()
  return crops.filter((crop) => {
    const view = `${crop.identity} ${crop.camera}`
    if (seen.has(view)) return false
    seen.add(view)
    return true
  })
}
