/** Who is searched among whom: from images of a data set, or from files of embeddings. */
import { dataSetsOf, evaluationPart, type FileSource } from '@passerby/crops'
import { DISTRACTOR, type GalleryRule, type LabelledEmbeddings, labelsAt, rowsAt, selectQueries } from '@passerby/reid'
import { LabError } from '../errors.ts'
import type { NamedEmbeddings } from './embedding-rows.ts'

/** Query and gallery images as embeddings. */
export interface Search {
  readonly name: string
  readonly query: NamedSet
  readonly gallery: NamedSet
  readonly dim: number
  readonly rule: GalleryRule
  /** Queries were taken from the gallery itself, since no name tells parts. */
  readonly withoutParts?: true
}

export interface NamedSet extends LabelledEmbeddings {
  readonly names: readonly string[]
}

/**
 * The searches in a file of embeddings. Its names tell data sets and parts as folders of images do; where they tell
 * neither query and gallery nor validation images, the first image of each person in each camera is searched for among all.
 * Throws `LabError` when nobody can be found.
 */
export function searchesIn(set: NamedEmbeddings, name: string): readonly Search[] {
  const rowOf = new Map(set.names.map((file, row) => [file, row]))
  const rows = (crops: readonly FileSource[]) => crops.flatMap((crop) => rowOf.get(crop.name) ?? [])
  const files = set.names.map((file): FileSource => ({ name: file, size: 0, read: unread }))
  const parts = dataSetsOf(files, { rootName: name }).flatMap((one) => evaluationPart(one) ?? [])
  if (parts.length === 0) return [searchWithin(set, name)]
  return parts.map(({ name, query, gallery }) => ({
    name,
    query: part(set, rows(query)),
    gallery: part(set, rows(gallery)),
    dim: set.dim,
    rule: { name: 'market' },
  }))
}

/** All of one file searched among all of another. Throws `LabError` when their embeddings differ in length. */
export function searchAmong(query: NamedEmbeddings, gallery: NamedEmbeddings, name: string): Search {
  if (query.dim !== gallery.dim)
    throw new LabError(
      'unusable',
      `Embeddings of ${query.dim} values cannot be searched among those of ${gallery.dim}: give two files of one model`,
    )
  return { name, query: part(query), gallery: part(gallery), dim: query.dim, rule: { name: 'market' } }
}

function searchWithin(set: NamedEmbeddings, name: string): Search {
  const gallery = part(set)
  const selection = selectQueries(gallery)
  if (selection === undefined)
    throw new LabError('no-images', `Nobody in ${name} has two images, so nobody can be found: embed labelled images`)
  return {
    name,
    query: part(set, selection.query),
    gallery,
    dim: set.dim,
    rule: selection.rule === 'market' ? { name: 'market' } : { name: 'within-camera', ownImage: selection.query },
    withoutParts: true,
  }
}

/** Who was searched for among whom, in words. */
export function protocolSentence({ name, query, gallery, rule, withoutParts }: Search): string {
  const counts = `${query.names.length} queries among ${gallery.names.length} images`
  const leftOut =
    rule.name === 'market'
      ? "gallery images of the query's person and camera are left out (Market rule)"
      : 'nobody was seen by two cameras, so the query image alone is left out, and images of one camera count as right'
  if (!withoutParts) return `${name}: ${counts}; ${leftOut}`
  return `${name}: no name tells query and gallery, so the first image of each person in each camera is searched for: ${counts}; ${leftOut}. That is another protocol than that of data sets with parts, as evaluate --model has them: the figures do not compare`
}

/** Some rows of a file, or all. Images whose name tells nobody are of nobody who is searched for. */
function part(set: NamedEmbeddings, rows?: readonly number[]): NamedSet {
  const { names, identities, cameras, embeddings } = set
  const chosen = rows
    ? { names: rows.map((row) => names[row]), ...labelsAt(set, rows), embeddings: rowsAt(embeddings, set.dim, rows) }
    : { names, identities, cameras, embeddings }
  return { ...chosen, identities: chosen.identities.map((identity) => identity || DISTRACTOR) }
}

/** Names alone decide: no image is opened. */
const unread = () => Promise.reject(new RangeError('searchesIn: there are embeddings only'))
