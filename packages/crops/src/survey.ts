/**
 * What was picked, before anything starts. Two steps, so that a new pattern is shown at once: `inspectFiles` reads
 * every file once; `surveyFiles` is names only.
 */
import { isPerson } from '@passerby/reid'
import { concurrently } from './concurrently.ts'
import type { Crop, CropSet, FileSource, FileWatch } from './crop.ts'
import { reasonOf } from './errors.ts'
import { imageContent, type ImageContent } from './image-content.ts'
import type { Pattern } from './pattern.ts'
import type { UnreadableFile } from './pixels.ts'

export interface InspectedFile {
  readonly file: FileSource
  readonly content: ImageContent
}

/** A crop is a few kilobytes; a file beyond this is no crop, and is not even read. */
const MAX_FILE_BYTES = 32 * 1024 * 1024

/** Reads every file and looks at its bytes. Throws what `watch.signal` says when aborted, and nothing else. */
export async function inspectFiles(files: readonly FileSource[], watch: FileWatch = {}): Promise<InspectedFile[]> {
  return concurrently(files, async (file) => ({ file, content: await inspect(file) }), watch)
}

async function inspect(file: FileSource): Promise<ImageContent> {
  if (file.size > MAX_FILE_BYTES) return { readable: false, reason: 'more than 32 MB: too large for a crop' }
  try {
    return imageContent(await file.read())
  } catch (error) {
    return { readable: false, reason: reasonOf(error) }
  }
}

export interface Count {
  readonly label: string
  readonly images: number
}

export interface SurveySummary {
  readonly images: number
  /** Bytes of all usable crops. */
  readonly bytes: number
  /** Persons, by label, with their images. Junk and distractors are not persons. */
  readonly identities: readonly Count[]
  readonly cameras: readonly Count[]
  /** Persons with a single image: they train, but cannot be searched for. */
  readonly singleImage: readonly string[]
  readonly unreadable: readonly UnreadableFile[]
  /** Readable images whose name the pattern does not fit. */
  readonly withoutIdentity: readonly string[]
  /** Images of no person by their label: Market-1501's junk and distractors. */
  readonly noPerson: number
}

export interface Survey {
  readonly crops: CropSet
  readonly summary: SurveySummary
}

/** Reads identity and camera off the names of all readable files. */
export function surveyFiles(files: readonly InspectedFile[], pattern: Pattern): Survey {
  const crops: Crop[] = []
  const unreadable: UnreadableFile[] = []
  const withoutIdentity: string[] = []
  for (const { file, content } of files) {
    const reading = pattern.read(file.name)
    if (!content.readable) unreadable.push({ name: file.name, reason: content.reason })
    else if (reading === undefined) withoutIdentity.push(file.name)
    else crops.push(cropOf(file, reading))
  }
  return { crops, summary: summariseCrops(crops, { unreadable, withoutIdentity }) }
}

const NO_PROBLEMS = { unreadable: [], withoutIdentity: [] }

/** What a set holds, e.g. one that was stored; `problems` are passed on. */
export function summariseCrops(
  crops: CropSet,
  problems: Pick<SurveySummary, 'unreadable' | 'withoutIdentity'> = NO_PROBLEMS,
): SurveySummary {
  const counts = countBy(crops.map((crop) => crop.identity))
  const identities = counts.filter(({ label }) => isPerson(label))
  return {
    images: crops.length,
    bytes: crops.reduce((sum, crop) => sum + crop.size, 0),
    identities,
    cameras: countBy(crops.map((crop) => crop.camera)),
    singleImage: identities.filter(({ images }) => images === 1).map(({ label }) => label),
    noPerson: crops.filter((crop) => !isPerson(crop.identity)).length,
    ...problems,
  }
}

/** A file with its labels. */
export function cropOf(file: FileSource, { identity, camera }: { identity: string; camera: string }): Crop {
  return { name: file.name, size: file.size, identity, camera, read: () => file.read() }
}

/** Images per label, by label in code-unit order. */
function countBy(labels: readonly string[]): Count[] {
  const counts = new Map<string, number>()
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1)
  return [...counts].map(([label, images]) => ({ label, images })).sort((a, b) => (a.label < b.label ? -1 : 1))
}

/** How many labels have how many images, in at most `bins` bins of equal width. */
export function histogram(counts: readonly Count[], bins: number): { from: number; to: number; labels: number }[] {
  if (!Number.isInteger(bins) || bins < 1) throw new RangeError(`histogram: ${bins} bins`)
  if (counts.length === 0) return []
  const images = counts.map((count) => count.images)
  const least = images.reduce((a, b) => Math.min(a, b))
  const most = images.reduce((a, b) => Math.max(a, b))
  const width = Math.max(1, Math.ceil((most - least + 1) / bins))
  return Array.from({ length: Math.ceil((most - least + 1) / width) }, (_, bin) => {
    const from = least + bin * width
    const to = from + width - 1
    return { from, to, labels: images.filter((count) => count >= from && count <= to).length }
  })
}
