/**
 * How ReID data lies on a disk: `<data set>/<part>/…`, or one data set's parts right below what was picked. Parts go
 * by the names that the field uses; files outside any part train.
 */
import { isPerson, ruleFor } from '@passerby/reid'
import type { Crop, CropSet, FileSource } from './crop.ts'
import { labelsOf } from './crop.ts'
import { recognisePattern } from './known-patterns.ts'
import type { Pattern } from './pattern.ts'
import { cropOf } from './survey.ts'

export type Part = 'train' | 'validation' | 'query' | 'gallery'

const PARTS: ReadonlyMap<string, Part> = new Map([
  ['train', 'train'],
  ['bounding_box_train', 'train'],
  ['val', 'validation'],
  ['validation', 'validation'],
  ['query', 'query'],
  ['gallery', 'gallery'],
  ['bounding_box_test', 'gallery'],
])

/** One data set. `pattern` is what its names were read by, `undefined` when none fits. */
export interface DataSet {
  readonly name: string
  readonly pattern: Pattern | undefined
  readonly parts: Readonly<Record<Part, CropSet>>
  /** Files whose name says no identity. */
  readonly withoutIdentity: readonly string[]
}

export interface DataSetOptions {
  /** Name of a data set that lies right in the root: the picked folder's own, say. */
  readonly rootName: string
  /** Read names by this pattern; else each data set's is recognised. */
  readonly pattern?: Pattern
}

/** Sorts files into data sets and parts, by name; those without a single crop are none. Nothing is read yet. */
export function dataSetsOf(files: readonly FileSource[], options: DataSetOptions): readonly DataSet[] {
  const placed = new Map<string, { file: FileSource; part: Part }[]>()
  for (const file of files) {
    const { name, part } = placeOf(file.name)
    const list = placed.get(name) ?? []
    list.push({ file, part })
    placed.set(name, list)
  }
  return [...placed]
    .map(([name, members]) => dataSet(name === '' ? options.rootName : name, members, options.pattern))
    .filter(({ parts }) => Object.values(parts).some((crops) => crops.length > 0))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

function placeOf(path: string): { name: string; part: Part } {
  const folders = path.split('/').slice(0, -1)
  const at = folders.findIndex((folder) => PARTS.has(folder.toLowerCase()))
  if (at < 0) return { name: '', part: 'train' }
  return { name: folders.slice(0, at).join('/'), part: PARTS.get(folders[at].toLowerCase()) ?? 'train' }
}

function dataSet(name: string, members: readonly { file: FileSource; part: Part }[], given?: Pattern): DataSet {
  const pattern = given ?? recognisePattern(members.map(({ file }) => file.name))
  const parts: Record<Part, Crop[]> = { train: [], validation: [], query: [], gallery: [] }
  const withoutIdentity: string[] = []
  for (const { file, part } of members) {
    const reading = pattern?.read(file.name)
    if (reading === undefined) withoutIdentity.push(file.name)
    else parts[part].push(cropOf(file, reading))
  }
  return { name, pattern, parts, withoutIdentity }
}

export interface EvaluationPart {
  readonly name: string
  readonly query: CropSet
  readonly gallery: CropSet
}

/**
 * What a data set is evaluated on: its query and gallery parts; else its validation part, the first camera's images
 * (in code-unit order) searched among the last camera's. That is the usual reading of PKU-Reid (camera 1 in camera 2)
 * and Partial-REID (occluded in whole). `undefined` when there is neither, or nobody in two cameras.
 */
export function evaluationPart({ name, parts }: DataSet): EvaluationPart | undefined {
  if (parts.query.length > 0 && parts.gallery.length > 0) return { name, query: parts.query, gallery: parts.gallery }
  const crops = parts.validation.filter((crop) => isPerson(crop.identity))
  if (ruleFor(labelsOf(crops)) !== 'market') return undefined
  const cameras = [...new Set(crops.map((crop) => crop.camera))].sort()
  const of = (camera: string | undefined) => crops.filter((crop) => crop.camera === camera)
  return { name, query: of(cameras.at(0)), gallery: of(cameras.at(-1)) }
}
