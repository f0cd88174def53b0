/** Generated people as a data set: those who are trained on, and others who are only searched for. */
import { type CropSet, type DataSet, syntheticPeople } from '@passerby/crops'

export interface GeneratedOptions {
  /** Identities to train on. */
  readonly people: number
  readonly cameras: number
  readonly seed: number
}

/** Unseen identities: with this many queries per camera, one query is under a per cent. */
export const UNSEEN_PEOPLE = 60
const IMAGES_PER_CAMERA = 4

/** Every identity is seen by every camera. The first image of an unseen identity in a camera is a query. */
export function generatedDataSet(options: GeneratedOptions): DataSet {
  const crops = syntheticPeople({
    identities: options.people + UNSEEN_PEOPLE,
    cameras: options.cameras,
    imagesPerCamera: IMAGES_PER_CAMERA,
    seed: options.seed,
  })
  const identities = [...new Set(crops.map((crop) => crop.identity))].sort()
  const trained = new Set(identities.slice(0, options.people))
  const unseen = crops.filter((crop) => !trained.has(crop.identity))
  const query = firstOfEach(unseen)
  return {
    name: 'synthetic',
    pattern: undefined,
    parts: {
      train: crops.filter((crop) => trained.has(crop.identity)),
      validation: [],
      query,
      gallery: unseen.filter((crop) => !query.includes(crop)),
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
